#include "retrieval/keywords/keyword_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "retrieval/keywords/keyword_fixture.h"

namespace aiva::retrieval {
namespace {

using retrieval::testing::build_block;
using retrieval::testing::HeldBlock;
using retrieval::testing::make_corpus;
using retrieval::testing::open_block;
using retrieval::testing::RowText;

HeldBlock merge(std::span<const KeywordSource> sources) {
  auto sections = std::make_unique<HeapSections>();
  EXPECT_TRUE(merge_keywords(sources, *sections).has_value());
  return open_block(std::move(sections));
}

void expect_same_sections(const HeldBlock& some, const HeldBlock& others) {
  const auto& all = some.sections->table().all();
  ASSERT_EQ(all.size(), others.sections->table().all().size());
  for (const auto& [kind, bytes] : all) {
    // The order of languages in the facts is that of their first rows, which merging keeps.
    auto other = others.sections->table().find(kind);
    ASSERT_EQ(bytes.size(), other.size()) << static_cast<int>(kind);
    EXPECT_TRUE(bytes.empty() || std::memcmp(bytes.data(), other.data(), bytes.size()) == 0)
        << static_cast<int>(kind);
  }
}

TEST(MergeKeywords, writes_what_a_builder_would_of_the_living_rows) {
  auto corpus = make_corpus(1500, 11);
  std::vector<HeldBlock> blocks;
  std::vector<std::vector<std::uint64_t>> dead;
  std::vector<RowText> living;
  std::mt19937 random(3);
  for (std::size_t begin = 0; begin < corpus.size(); begin += 400) {
    auto rows = std::span(corpus).subspan(begin, std::min<std::size_t>(400, corpus.size() - begin));
    blocks.push_back(build_block(rows));
    auto& bits = dead.emplace_back((rows.size() + 63) / 64);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      bool is_dead = random() % 4 == 0;
      if (is_dead)
        bits[row / 64] |= std::uint64_t{1} << row % 64;
      else
        living.push_back(rows[row]);
    }
  }
  std::vector<KeywordSource> sources;
  for (std::size_t i = 0; i < blocks.size(); ++i) sources.push_back({&blocks[i].block, dead[i]});

  auto merged = merge(sources);

  EXPECT_EQ(merged.block.rows(), living.size());
  expect_same_sections(merged, build_block(living));
}

TEST(MergeKeywords, leaves_nothing_of_dead_rows) {
  const auto rows = std::to_array<RowText>({{"gone forever", "", "", "fr"}, {"stays"}});
  auto held = build_block(rows);
  const std::array<std::uint64_t, 1> dead = {1};
  const KeywordSource source{&held.block, dead};

  auto merged = merge({&source, 1});

  EXPECT_EQ(merged.block.rows(), 1U);
  EXPECT_EQ(merged.block.find("gone").rows, 0U);
  EXPECT_EQ(merged.block.find("stays").rows, 1U);
  EXPECT_EQ(merged.block.languages(), std::vector<std::string>{"en"});
}

TEST(MergeKeywords, takes_nothing_and_empty_blocks) {
  auto empty = build_block({});
  const KeywordSource source{&empty.block, {}};

  EXPECT_EQ(merge({}).block.rows(), 0U);
  EXPECT_EQ(merge({&source, 1}).block.terms(), 0U);
}

TEST(MergeKeywords, refuses_damaged_postings) {
  auto held = build_block(make_corpus(300, 12));
  SectionTable table;
  std::vector<std::vector<std::uint64_t>> copies;  // for their alignment
  for (const auto& [kind, bytes] : held.sections->table().all()) {
    auto& copy = copies.emplace_back(bytes.size() / 8 + 1);
    bool is_damaged = kind == SectionKind::keyword_postings;
    if (is_damaged)
      std::memset(copy.data(), 0xFF, bytes.size());
    else
      std::memcpy(copy.data(), bytes.data(), bytes.size());
    table.add(kind, {reinterpret_cast<const std::byte*>(copy.data()), bytes.size()});
  }
  auto block = KeywordBlock::open(table);
  ASSERT_TRUE(block.has_value());
  const KeywordSource source{&*block, {}};
  HeapSections sections;

  auto merged = merge_keywords({&source, 1}, sections);

  ASSERT_FALSE(merged.has_value());
  EXPECT_EQ(merged.error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace aiva::retrieval
