#include "foundation/text/percent.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(DecodePercent, gives_what_is_meant) {
  EXPECT_EQ(decode_percent(""), "");
  EXPECT_EQ(decode_percent("a%40b%2f%2F"), "a@b//");
}

TEST(DecodePercent, refuses_what_is_malformed) {
  for (const auto* text : {"%", "%4", "a%4", "%zz", "%-1", "% 1"})
    EXPECT_FALSE(decode_percent(text).has_value()) << text;
}

}  // namespace
}  // namespace aiva
