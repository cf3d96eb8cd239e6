#include "documents/tokens/word_scanner.h"

#include <gtest/gtest.h>
#include <unicode/regex.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

using Words = std::vector<std::string>;

Words scan(std::string_view text) {
  static const WordScanner scanner;
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    auto end = scanner.word_end(text, at);
    if (end <= at || end > text.size()) {
      ADD_FAILURE() << "no progress at " << at;
      break;
    }
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// The words as a regular expression finds them: the pattern of o200k_base, slow and sure.
class Pattern {
 public:
  Pattern() {
    const auto* text =
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
        R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
        R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    UErrorCode status = U_ZERO_ERROR;
    matcher_ = std::make_unique<icu::RegexMatcher>(icu::UnicodeString::fromUTF8(text), 0U, status);
    EXPECT_TRUE(U_SUCCESS(status));
  }

  Words words(std::string_view text) {
    auto source = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    matcher_->reset(source);
    UErrorCode status = U_ZERO_ERROR;
    Words words;
    while (matcher_->find(status) != 0 && U_SUCCESS(status)) {
      std::string word;
      matcher_->group(status).toUTF8String(word);
      words.push_back(std::move(word));
    }
    EXPECT_TRUE(U_SUCCESS(status));
    return words;
  }

 private:
  std::unique_ptr<icu::RegexMatcher> matcher_;
};

TEST(WordScanner, cuts_words_as_people_expect) {
  EXPECT_EQ(scan("The keeper's LIGHT, 12345 lamps!"),
            (Words{"The", " keeper's", " LIGHT", ",", " ", "123", "45", " lamps", "!"}));
  EXPECT_EQ(scan("CamelCase don't SHE'LL it'x"),
            (Words{"Camel", "Case", " don't", " SHE'LL", " it", "'x"}));
  EXPECT_EQ(scan("a \n\n  b\t\tc  "), (Words{"a", " \n\n", " ", " b", "\t", "\tc", "  "}));
  EXPECT_EQ(scan("see //x/\n/y"), (Words{"see", " //", "x", "/\n/", "y"}));
}

TEST(WordScanner, agrees_with_the_pattern_on_writing_of_many_kinds) {
  Pattern pattern;
  for (std::string text :
       {"Zażółć gęślą jaźń. Ǆ ǅ ǆ ʰᵃ ª º",
        "返品は商品到着後14日以内に、お願い。カタカナＡＢＣ１２３", "يمكن إرجاعُ المنتجات ٣٤٥",
        "สวัสดีชาวโลก नमस्ते दुनिया", "안녕하세요 세계 한글",
        "e\u0301te\u0301 --\u0301 \u0301A \u0301ABC A\u0301BC ABC\u0301", "'S 'ſ x'ſ X'Re y'VE",
        "\u00A0\u2003 nbsp\u0085x\u2028y\u3000z \u200Bw \uFEFFq",
        "👩‍👩‍👧‍👦 🇩🇪 ✈️ 𝐀𝐁c 𐐀𐐨 𝟘𝟙𝟚𝟛",
        "\r\n\r\n \r x", "/////\n\n//", "ABCd ABC DEf aB ABcDE"})
    EXPECT_EQ(scan(text), pattern.words(text)) << text;
}

TEST(WordScanner, agrees_with_the_pattern_on_any_mixture) {
  constexpr auto alphabet = std::to_array<char32_t>(
      {U'a', U'B',   U'\'',  U's',    U'L',    U'l',    U' ',   U' ',  U'\n', U'\r', U'\t',
       U'/', U'.',   U'7',   0x301,   0x1C5,   0x2B0,   0x4E00, 0x628, 0xDF,  0x17F, 0x660,
       0xA0, 0x2028, 0x200D, 0x1F600, 0x10400, 0x10428, 0xE000, 0x378, 0x85,  0xFEFF});
  std::minstd_rand random(20);
  Pattern pattern;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (auto length = random() % 24; length > 0; --length)
      append_utf8(text, alphabet[random() % alphabet.size()]);
    ASSERT_EQ(scan(text), pattern.words(text)) << text;
  }
}

TEST(WordScanner, agrees_with_the_pattern_on_every_character) {
  Pattern pattern;
  std::string text;
  for (char32_t c = 1; c < 0x20000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    text += 'a';
    append_utf8(text, c);
    text += c % 3 == 0 ? "B" : "b ";
  }
  EXPECT_EQ(scan(text), pattern.words(text));
}

TEST(WordScanner, gets_through_malformed_text) {
  EXPECT_EQ(scan("\xFF\xC3(\xE3\x81"), (Words{"\xFF\xC3(\xE3\x81"}));
}

}  // namespace
}  // namespace aiva::documents
