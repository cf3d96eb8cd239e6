#include "documents/tokens/token_ranks.h"

#include <gtest/gtest.h>

#include <fstream>

#include "documents/tokens/testing/small_ranks.h"

namespace aiva::documents {
namespace {

TEST(TokenRanks, knows_its_tokens_and_no_others) {
  auto ranks = TokenRanks::parse(small_ranks_text());

  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->size(), 256 + small_merges().size());
  EXPECT_EQ(ranks->rank("a"), static_cast<std::uint32_t>('a'));
  EXPECT_EQ(ranks->rank("the"), 256U + 2U);
  EXPECT_EQ(ranks->rank("thx"), TokenRanks::none);
  EXPECT_EQ(ranks->rank(std::string(5000, 'a')), TokenRanks::none);
  EXPECT_EQ(ranks->rank_of_pair('t', 'h'), 256U);
  EXPECT_EQ(ranks->rank_of_pair('h', 't'), TokenRanks::none);
}

TEST(TokenRanks, refuse_a_malformed_vocabulary) {
  for (const auto* text :
       {"", "YQ== 1", "YQ==", "YQ== x", "YQ== -1", "Y!== 1", " 1", "YQ== 99999999", "YQ== 1 2"})
    EXPECT_EQ(TokenRanks::parse(small_ranks_text() + text + "\n").has_value(),
              std::string_view(text).empty() || std::string_view(text) == "YQ== 1")
        << text;
  auto lacking = TokenRanks::parse("YQ== 0\n");
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().code, ErrorCode::invalid);
}

TEST(TokenRanks, say_which_file_is_missing) {
  auto ranks = TokenRanks::load("nowhere/ranks.tiktoken");

  ASSERT_FALSE(ranks);
  EXPECT_EQ(ranks.error().code, ErrorCode::not_found);
  EXPECT_NE(ranks.error().message.find("nowhere/ranks.tiktoken"), std::string::npos);
}

}  // namespace
}  // namespace aiva::documents
