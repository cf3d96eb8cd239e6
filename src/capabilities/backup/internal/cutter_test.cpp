#include "capabilities/backup/internal/cutter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace aiva::backup {
namespace {

constexpr CutLimits small{.bytes_min = 256, .bits = 10, .bytes_max = 4096};

std::string random_text(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::vector<std::string> cut(std::string_view text, std::size_t piece, std::uint64_t seed = 1) {
  std::vector<std::string> chunks;
  auto sink = [&chunks](std::string_view chunk) -> Result<void> {
    chunks.emplace_back(chunk);
    return {};
  };
  Cutter cutter(seed, small);
  for (std::size_t at = 0; at < text.size(); at += piece)
    EXPECT_TRUE(cutter.add(text.substr(at, piece), sink));
  EXPECT_TRUE(cutter.finish(sink));
  return chunks;
}

std::string joined(const std::vector<std::string>& chunks) {
  std::string text;
  for (const auto& chunk : chunks) text += chunk;
  return text;
}

TEST(Cutter, gives_all_bytes_in_chunks_within_its_limits) {
  auto text = random_text(200'000);

  auto chunks = cut(text, 10'000);

  EXPECT_EQ(joined(chunks), text);
  EXPECT_GT(chunks.size(), 60U);
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
    EXPECT_GT(chunks[i].size(), small.bytes_min);
    EXPECT_LE(chunks[i].size(), small.bytes_max);
  }
}

TEST(Cutter, cuts_alike_whatever_the_pieces) {
  auto text = random_text(50'000);

  EXPECT_EQ(cut(text, 1), cut(text, 50'000));
  EXPECT_EQ(cut(text, 777), cut(text, 50'000));
}

TEST(Cutter, finds_its_chunks_again_behind_an_insertion) {
  auto text = random_text(200'000);
  auto changed = text;
  changed.insert(50'000, "something new");

  auto before = cut(text, 10'000);
  auto after = cut(changed, 10'000);

  std::set<std::string> known(before.begin(), before.end());
  auto unknown = std::ranges::count_if(
      after, [&known](const std::string& chunk) { return !known.contains(chunk); });
  EXPECT_GE(unknown, 1);
  EXPECT_LE(unknown, 6);
}

TEST(Cutter, cuts_what_never_says_where_at_the_most) {
  auto chunks = cut(std::string(20'000, 'a'), 5000);

  EXPECT_EQ(joined(chunks), std::string(20'000, 'a'));
  for (const auto& chunk : chunks) EXPECT_LE(chunk.size(), small.bytes_max);
}

TEST(Cutter, cuts_otherwise_under_another_seed) {
  auto text = random_text(50'000);

  EXPECT_NE(cut(text, 1000, 1), cut(text, 1000, 2));
}

TEST(Cutter, gives_nothing_for_nothing) { EXPECT_TRUE(cut("", 10).empty()); }

}  // namespace
}  // namespace aiva::backup
