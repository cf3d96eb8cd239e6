#include "capabilities/functions/response_mapping.h"

#include <gtest/gtest.h>

namespace aiva::functions {
namespace {

std::string apply(const std::string& mapping, const std::string& answer) {
  auto read = ResponseMapping::parse(mapping);
  EXPECT_TRUE(read.has_value()) << mapping;
  return read ? json::to_text(read->apply(*json::parse(answer))) : std::string();
}

TEST(ResponseMapping, follows_a_pointer) {
  const auto* answer = R"({"data":{"items":[{"n":1},{"n":2}],"a/b":3,"m~n":4,"":5}})";

  EXPECT_EQ(apply(R"("/data/items/1/n")", answer), "2");
  EXPECT_EQ(apply(R"("/data/a~1b")", answer), "3");
  EXPECT_EQ(apply(R"("/data/m~0n")", answer), "4");
  EXPECT_EQ(apply(R"("/data/")", answer), "5");
  EXPECT_EQ(apply(R"("/data/items/01")", answer), "null");
  EXPECT_EQ(apply(R"("/data/items/-")", answer), "null");
  EXPECT_EQ(apply(R"("/nothing/here")", answer), "null");
}

TEST(ResponseMapping, fills_a_form) {
  EXPECT_EQ(apply(R"({"unit":"celsius","now":"/t","all":["/t","/u"],"ok":true})",
                  R"({"t":21.5,"u":"x"})"),
            R"({"unit":"celsius","now":2.15E1,"all":[2.15E1,"x"],"ok":true})");
}

TEST(ResponseMapping, is_everything_where_nothing_is_said) {
  EXPECT_TRUE(ResponseMapping::parse("")->is_everything());
  EXPECT_EQ(apply("", R"({"a":1})"), R"({"a":1})");
}

TEST(ResponseMapping, refuses_what_finds_nothing_ever) {
  for (const char* text : {"1", "true", R"("data")", R"({"a":"/x~2"})", "{", R"("/a~")"})
    EXPECT_FALSE(ResponseMapping::parse(text).has_value()) << text;
}

}  // namespace
}  // namespace aiva::functions
