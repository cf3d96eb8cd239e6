#include "capabilities/functions/text_template.h"

#include <gtest/gtest.h>

namespace aiva::functions {
namespace {

using Kind = TextTemplate::Kind;
using Parts = std::vector<TextTemplate::Part>;

TEST(TextTemplate, tells_literals_arguments_and_secrets) {
  auto text = TextTemplate::parse("Bearer {secret:API-KEY} of {user_id}{{x}}");

  ASSERT_TRUE(text);
  EXPECT_EQ(text->parts, (Parts{{Kind::literal, "Bearer "},
                                {Kind::secret, "API-KEY"},
                                {Kind::literal, " of "},
                                {Kind::argument, "user_id"},
                                {Kind::literal, "{x}"}}));
  EXPECT_EQ(text->expand([](const auto& part) -> Result<std::string> { return part.text; }),
            "Bearer API-KEY of user_id{x}");
}

TEST(TextTemplate, knows_when_an_argument_is_all_of_it) {
  EXPECT_EQ(*TextTemplate::parse("{count}")->whole_argument(), "count");
  EXPECT_EQ(TextTemplate::parse("{count} pieces")->whole_argument(), nullptr);
  EXPECT_EQ(TextTemplate::parse("{secret:count}")->whole_argument(), nullptr);
}

TEST(TextTemplate, refuses_braces_that_mean_nothing) {
  for (const char* text : {"{", "}", "a{b", "{}", "{a b}", "{a.b}", "{secret:}", "{{{", "{a{b}}"})
    EXPECT_FALSE(TextTemplate::parse(text).has_value()) << text;
}

TEST(TextTemplate, encodes_all_but_unreserved_characters) {
  EXPECT_EQ(percent_encode("a-Z0._~"), "a-Z0._~");
  EXPECT_EQ(percent_encode("ä/?&= %\n"), "%C3%A4%2F%3F%26%3D%20%25%0A");
}

}  // namespace
}  // namespace aiva::functions
