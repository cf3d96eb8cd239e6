#include "foundation/text/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva {
namespace {

TEST(Pattern, occurs_anywhere_unless_it_is_anchored) {
  auto loose = Pattern::compile("[A-Z]{2}-\\d+");
  auto strict = Pattern::compile("^[A-Z]{2}-\\d+$");

  ASSERT_TRUE(loose && strict);
  EXPECT_TRUE(loose->occurs_in("order AB-12 please").value());
  EXPECT_FALSE(strict->occurs_in("order AB-12 please").value());
  EXPECT_TRUE(strict->occurs_in("AB-12").value());
}

TEST(Pattern, sees_characters_not_bytes) {
  auto three = Pattern::compile("^.{3}$");

  ASSERT_TRUE(three);
  EXPECT_TRUE(three->occurs_in("äß東").value());
}

TEST(Pattern, says_what_is_no_expression) {
  for (const char* text : {"(", "[a", "a{2,1}", "\\q"})
    EXPECT_EQ(Pattern::compile(text).error().code, ErrorCode::invalid) << text;
  EXPECT_FALSE(Pattern::compile(std::string(2000, 'a')).has_value());
}

TEST(Pattern, gives_up_where_backtracking_would_not_end) {
  auto evil = Pattern::compile("^(a+)+$");

  ASSERT_TRUE(evil);
  auto outcome = evil->occurs_in(std::string(60, 'a') + "!");
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva
