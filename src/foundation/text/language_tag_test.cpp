#include "foundation/text/language_tag.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(LanguageTag, has_a_form) {
  for (const auto* good : {"en", "pt-BR", "zh-Hant-TW", "sr-Latn-RS", "de-CH-1996", "en-x-shop"})
    EXPECT_TRUE(is_language_tag(good)) << good;
  for (const auto* bad : {"", "e", "english please", "en_US", "en-", "-en", "en--US", "en-x",
                          "toolonglang", "en-toolongsub", "e1"})
    EXPECT_FALSE(is_language_tag(bad)) << bad;
}

TEST(LanguageTag, is_written_in_one_way) {
  EXPECT_EQ(normalise_language_tag("EN"), "en");
  EXPECT_EQ(normalise_language_tag("EN-us"), "en-US");
  EXPECT_EQ(normalise_language_tag("zh-HANT-tw"), "zh-Hant-TW");
  EXPECT_EQ(normalise_language_tag("DE-ch-1996"), "de-CH-1996");
  EXPECT_EQ(normalise_language_tag("en-X-AB"), "en-x-ab");
}

TEST(LanguageTag, is_looked_for_in_shorter_forms) {
  EXPECT_EQ(shorter_language_tag("zh-Hant-TW"), "zh-Hant");
  EXPECT_EQ(shorter_language_tag("zh-Hant"), "zh");
  EXPECT_EQ(shorter_language_tag("zh"), "");
  EXPECT_EQ(shorter_language_tag("en-x-shop"), "en");
  EXPECT_EQ(shorter_language_tag("en-x-x-shop"), "en");
}

TEST(LanguageTag, tells_which_way_text_runs) {
  for (const auto* tag : {"ar", "AR-eg", "he-IL", "ur", "az-Arab"})
    EXPECT_TRUE(is_right_to_left(tag)) << tag;
  for (const auto* tag : {"en", "de-CH", "ar-Latn", "zh-Hant-TW", "de-1996", ""})
    EXPECT_FALSE(is_right_to_left(tag)) << tag;
}

}  // namespace
}  // namespace aiva
