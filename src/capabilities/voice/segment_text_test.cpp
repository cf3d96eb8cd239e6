#include "capabilities/voice/segment_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::voice {
namespace {

using testing::ElementsAre;

std::string language_for(const Contents& contents, std::string_view language,
                         std::string_view fallback) {
  const auto* found = content_for(contents, language, fallback);
  return found == nullptr ? "none" : found->first;
}

TEST(SegmentText, is_in_the_language_that_comes_closest) {
  Contents contents{{"en", "Hello"}, {"de", "Hallo"}, {"de-AT", "Servus"}};

  EXPECT_EQ(language_for(contents, "de-AT", "en"), "de-AT");
  EXPECT_EQ(language_for(contents, "de-AT-1996", "en"), "de-AT");
  EXPECT_EQ(language_for(contents, "de-CH", "en"), "de");
  EXPECT_EQ(language_for(contents, "fr", "en-GB"), "en");
  EXPECT_EQ(language_for(contents, "", "de"), "de");
  EXPECT_EQ(language_for(contents, "fr", "it"), "none");
  EXPECT_EQ(language_for({{"de-AT", "Servus"}}, "de", "de"), "none");
}

TEST(SegmentText, has_places) {
  EXPECT_THAT(places_of("{name}, your {{ order.id }} and {name}"), ElementsAre("name", "order.id"));
  EXPECT_THAT(places_of("{} { } {a b} {{a} {a {{b}} {\n}"), ElementsAre("a", "b"));
  EXPECT_THAT(places_of("{" + std::string(65, 'x') + "}"), ElementsAre());
  EXPECT_THAT(places_of("{{{x}}}"), ElementsAre("x"));
}

TEST(SegmentText, is_rendered_with_values_and_tells_what_is_missing) {
  auto rendered = render("Good day, {name}. {{count}} of {total}: {total} {",
                         {{"name", "{count}"}, {"count", "3"}});

  EXPECT_EQ(rendered.text, "Good day, {count}. 3 of :  {");  // a value is never read as a text
  EXPECT_THAT(rendered.missing, ElementsAre("total"));
}

}  // namespace
}  // namespace aiva::voice
