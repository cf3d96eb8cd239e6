#include "documents/charset.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::documents {
namespace {

struct Sample {
  const char* name;
  std::string bytes;
  std::string declared;
  std::string text;
};

class DecodeText : public testing::TestWithParam<Sample> {};

TEST_P(DecodeText, yields_utf8) {
  const auto& sample = GetParam();

  auto text = decode_text(sample.bytes, sample.declared);

  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, sample.text);
}

const std::string french_text =
    "Les élèves ont reçu leurs diplômes à la fin de l'année scolaire, et la fête a duré jusqu'à la "
    "tombée de la nuit.";
const std::string french =
    "Les \xE9l\xE8ves ont re\xE7u leurs dipl\xF4mes \xE0 la fin de l'ann\xE9"
    "e scolaire, et la f\xEAte a dur\xE9 jusqu'\xE0 la tomb\xE9"
    "e de la nuit.";

INSTANTIATE_TEST_SUITE_P(
    Charsets, DecodeText,
    testing::Values(
        Sample{"utf8", "gr\xC3\xBCn", "", "grün"},
        Sample{"utf8_wins_over_a_wrong_declaration", "gr\xC3\xBCn", "iso-8859-1", "grün"},
        Sample{"utf8_mark", "\xEF\xBB\xBFgr\xC3\xBCn", "", "grün"},
        Sample{"utf16_mark", std::string("\xFF\xFEg\0r\0\xFC\0n\0", 10), "", "grün"},
        Sample{"utf16_big_endian_mark", std::string("\xFE\xFF\0g\0r\0\xFC\0n", 10), "", "grün"},
        Sample{"utf16_without_mark", std::string("g\0r\0o\0u\0n\0d\0", 12), "", "ground"},
        Sample{"declared", "\xE3\xF0\xE0\xE4", "windows-1251", "град"},
        Sample{"unknown_declaration", french, "klingon-1", french_text},
        Sample{"detected", french, "", french_text},
        Sample{"a_few_broken_bytes",
               "gr\xC3\xBCn und bl\xC3\xA4ulich, sch\xC3\xB6n, \xFF s\xC3\xBC\xC3\x9F", "",
               "grün und bläulich, schön, \xEF\xBF\xBD süß"}),
    [](const auto& info) { return info.param.name; });

TEST(DeclaredCharset, is_found_in_meta_tags_and_xml_declarations) {
  EXPECT_EQ(find_declared_charset("<meta charset='Shift_JIS'>"), "Shift_JIS");
  EXPECT_EQ(find_declared_charset("<META http-equiv=x content=\"text/html; CHARSET=koi8-r\">"),
            "koi8-r");
  EXPECT_EQ(find_declared_charset("<?xml version=\"1.0\" encoding=\"iso-8859-15\"?><html>"),
            "iso-8859-15");
  EXPECT_EQ(find_declared_charset("<html><p>no word of it"), "");
}

}  // namespace
}  // namespace aiva::documents
