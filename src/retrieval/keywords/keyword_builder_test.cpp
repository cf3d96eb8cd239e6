#include "retrieval/keywords/keyword_builder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "retrieval/keywords/keyword_fixture.h"

namespace aiva::retrieval {
namespace {

using retrieval::testing::open_block;

TEST(KeywordBuilder, holds_little_more_than_the_words_of_many_rows) {
  constexpr std::size_t rows = 100'000;
  constexpr std::size_t words = 4;
  std::mt19937 random(1);
  Analyzer analyzer;
  KeywordBuilder builder(analyzer);
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    text.clear();
    for (std::size_t word = 0; word < words; ++word)
      text.append("w").append(std::to_string(random() % 5000)).push_back(' ');
    builder.add({.body = text});
  }

  EXPECT_EQ(builder.rows(), rows);
  EXPECT_LT(builder.bytes(), 6U << 20U);
  auto sections = std::make_unique<HeapSections>();
  builder.finish(*sections);
  EXPECT_EQ(open_block(std::move(sections)).block.rows(), rows);
  EXPECT_EQ(builder.rows(), 0U);
  EXPECT_LT(builder.bytes(), 1U << 16U);
}

TEST(KeywordBuilder, builds_one_segment_after_another) {
  Analyzer analyzer;
  KeywordBuilder builder(analyzer);
  builder.add({.body = "first"});
  auto first = std::make_unique<HeapSections>();
  builder.finish(*first);

  builder.add({.body = "second"});
  auto second = std::make_unique<HeapSections>();
  builder.finish(*second);

  auto held = open_block(std::move(second));
  EXPECT_EQ(held.block.rows(), 1U);
  EXPECT_EQ(held.block.find("first").rows, 0U);
  EXPECT_EQ(held.block.find("second").rows, 1U);
}

TEST(KeywordBuilder, takes_rows_of_any_size) {
  Analyzer analyzer;
  KeywordBuilder builder(analyzer);
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "word ";
  builder.add({});
  builder.add({.body = words, .heading = words, .title = words});
  builder.add({.body = std::string(2U << 20U, 'x')});
  auto sections = std::make_unique<HeapSections>();
  builder.finish(*sections);

  auto held = open_block(std::move(sections));

  EXPECT_EQ(held.block.lengths()[0], 0U);
  EXPECT_EQ(held.block.lengths()[1], 3 * analysed_words_max);
  EXPECT_EQ(held.block.lengths()[2], 1U);
}

}  // namespace
}  // namespace aiva::retrieval
