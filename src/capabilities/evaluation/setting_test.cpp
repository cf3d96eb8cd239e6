#include "capabilities/evaluation/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace aiva::evaluation {
namespace {

TEST(Setting, reads_what_is_named) {
  auto weight = parse_setting("vector_weight=0.5");
  auto words = parse_setting("lists=words");
  auto cut = parse_setting("chunk_overlap=100,chunk_size=800,vector_weight=1");

  ASSERT_TRUE(weight && words && cut);
  EXPECT_EQ(weight->vector_weight, 0.5);
  EXPECT_FALSE(weight->chunks);
  EXPECT_EQ(words->lists, Lists::words);
  EXPECT_EQ(cut->chunks, (knowledge::ChunkSettings{.chunk_size = 800, .chunk_overlap = 100}));
  EXPECT_EQ(cut->name, "chunk_overlap=100,chunk_size=800,vector_weight=1");
  EXPECT_EQ(parse_setting("chunk_size=0")->chunks, knowledge::ChunkSettings{});
}

TEST(Setting, says_what_is_wrong) {
  struct Wrong {
    const char* text;
    const char* told;
  };
  for (auto [text, told] :
       std::vector<Wrong>{{"", "must be name=value"},
                          {"vector_weight", "must be name=value"},
                          {"vector_weight=", "must be a number between 0 and 10"},
                          {"vector_weight=nan", "must be a number between 0 and 10"},
                          {"vector_weight=0.5x", "must be a number between 0 and 10"},
                          {"vector_weight=11", "must be a number between 0 and 10"},
                          {"vector_weight=1,vector_weight=2", "vector_weight is there twice"},
                          {"lists=images", "lists must be both, vectors or words"},
                          {"lists=words,vector_weight=1", "only one list is used"},
                          {"chunk_size=99", "between 100 and 8000"},
                          {"chunk_size=800,", "must be name=value"},
                          {"chunk_overlap=50", "needs a chunk_size"},
                          {"chunk_size=100,chunk_overlap=100", "less than chunk_size"},
                          {"colour=red", "there is no \"colour\"; there are vector_weight"}}) {
    auto parsed = parse_setting(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_THAT(parsed.error().message, testing::HasSubstr(told)) << text;
  }
}

}  // namespace
}  // namespace aiva::evaluation
