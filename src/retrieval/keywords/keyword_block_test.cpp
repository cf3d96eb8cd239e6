#include "retrieval/keywords/keyword_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "retrieval/keywords/keyword_fixture.h"
#include "retrieval/keywords/keyword_merge.h"
#include "retrieval/keywords/keyword_search.h"

namespace aiva::retrieval {
namespace {

using retrieval::testing::build_block;
using retrieval::testing::HeldBlock;
using retrieval::testing::make_corpus;
using retrieval::testing::RowText;

// Sections that can be changed.
class LooseSections {
 public:
  explicit LooseSections(const SectionTable& table) {
    for (const auto& [kind, bytes] : table.all()) {
      auto& copy = copies_[kind];
      copy.words.resize(bytes.size() / 8 + 1);
      copy.size = bytes.size();
      if (!bytes.empty()) std::memcpy(copy.words.data(), bytes.data(), bytes.size());
    }
  }
  [[nodiscard]] SectionTable table() const {
    SectionTable table;
    for (const auto& [kind, copy] : copies_)
      table.add(kind, {reinterpret_cast<const std::byte*>(copy.words.data()), copy.size});
    return table;
  }
  std::span<std::byte> bytes(SectionKind kind) {
    auto& copy = copies_.at(kind);
    return {reinterpret_cast<std::byte*>(copy.words.data()), copy.size};
  }
  // Memory of exactly the size, so that reading behind it is noticed.
  void resize(SectionKind kind, std::size_t size) {
    auto& copy = copies_.at(kind);
    copy.words.resize((size + 7) / 8);
    copy.words.shrink_to_fit();
    copy.size = size;
  }
  void remove(SectionKind kind) { copies_.erase(kind); }
  [[nodiscard]] std::vector<SectionKind> kinds() const {
    std::vector<SectionKind> kinds;
    for (const auto& [kind, copy] : copies_) kinds.push_back(kind);
    return kinds;
  }

 private:
  struct Copy {
    std::vector<std::uint64_t> words;
    std::size_t size = 0;
  };
  std::map<SectionKind, Copy> copies_;
};

// Searches, explains and merges; whatever comes out is within the block.
void use(const KeywordBlock& block) {
  static Analyzer analyzer;
  const KeywordScope scope{.block = &block};
  for (std::string_view text :
       {"run houses the of", "\"the of\" run", "s* h* the", "東京都 \"AB-12/3\""}) {
    auto query = parse_keyword_query(analyzer, text, block.languages());
    for (const auto& match : search_keywords({&scope, 1}, query, {}, 5)) {
      EXPECT_LT(match.row, block.rows());
      (void)explain_keywords({&scope, 1}, query, {}, {&match, 1});
    }
  }
  const KeywordSource source{.block = &block};
  HeapSections merged;
  if (merge_keywords({&source, 1}, merged)) {
    EXPECT_TRUE(KeywordBlock::open(merged.table()).has_value());
  }
}

TEST(KeywordBlock, knows_its_terms_and_languages) {
  const auto rows = std::to_array<RowText>(
      {{"one two", "", "", "en"}, {"two three", "", "", "de"}, {"two", "", "", "de"}, {""}});

  auto held = build_block(rows);

  EXPECT_EQ(held.block.rows(), 4U);
  EXPECT_EQ(held.block.words(), 5U);
  EXPECT_EQ(held.block.find("two").rows, 3U);
  EXPECT_EQ(held.block.find("four").rows, 0U);
  EXPECT_EQ(held.block.term(held.block.lower_bound("tw")), "two");
  EXPECT_EQ(held.block.lower_bound("zzz"), held.block.terms());
  EXPECT_EQ(held.block.languages(), (std::vector<std::string>{"de", "en"}));
  EXPECT_EQ(held.block.bytes(), held.sections->bytes());
}

TEST(KeywordBlock, keeps_more_languages_than_it_can_number_as_unknown) {
  std::vector<RowText> rows;
  for (char first = 'a'; first <= 'z'; ++first)
    for (char second = 'a'; second <= 'e'; ++second)
      rows.push_back({.body = "word", .language = {first, second}});

  auto held = build_block(rows);

  EXPECT_EQ(held.block.languages().size(), keyword_format::languages_max - 1);
  EXPECT_EQ(held.block.find("word").rows, rows.size());
}

TEST(KeywordBlock, refuses_sections_that_do_not_belong_together) {
  auto held = build_block(make_corpus(200, 21));
  for (auto kind : LooseSections(held.sections->table()).kinds()) {
    LooseSections missing(held.sections->table());
    missing.remove(kind);
    auto opened = KeywordBlock::open(missing.table());
    if (opened)
      use(*opened);
    else
      EXPECT_EQ(opened.error().code, ErrorCode::internal);
  }
  LooseSections other(held.sections->table());
  other.bytes(SectionKind::keyword_facts)[4] ^= std::byte{0xFF};
  EXPECT_FALSE(KeywordBlock::open(other.table()).has_value());
  LooseSections fewer(held.sections->table());
  fewer.resize(SectionKind::keyword_lengths, 10);
  EXPECT_FALSE(KeywordBlock::open(fewer.table()).has_value());
  EXPECT_FALSE(KeywordBlock::open({}).has_value());
}

TEST(KeywordBlock, survives_any_damage) {
  auto held = build_block(make_corpus(700, 22));
  std::mt19937 random(5);
  LooseSections whole(held.sections->table());
  for (int round = 0; round < 200; ++round) {
    LooseSections damaged(held.sections->table());
    auto kinds = damaged.kinds();
    auto kind = kinds[random() % kinds.size()];
    auto bytes = damaged.bytes(kind);
    if (bytes.empty()) continue;
    auto begin = random() % bytes.size();
    switch (random() % 3) {
      case 0: bytes[begin] ^= std::byte(1U << random() % 8); break;
      case 1:
        for (auto at = begin; at < std::min(begin + 64, bytes.size()); ++at)
          bytes[at] = std::byte(random() % 256);
        break;
      default: damaged.resize(kind, begin);
    }
    auto opened = KeywordBlock::open(damaged.table());
    if (opened) use(*opened);
  }
}

}  // namespace
}  // namespace aiva::retrieval
