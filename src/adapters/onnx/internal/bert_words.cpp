#include "adapters/onnx/internal/bert_words.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_ascii_white(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_white(char32_t c) {
  return is_ascii_white(c) || u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

// Categories C*, and what stands for broken bytes.
bool is_control(char32_t c) {
  if (is_ascii_white(c)) return false;
  if (c == replacement) return true;
  constexpr auto mask = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CN_MASK | U_GC_CO_MASK | U_GC_CS_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0;
}

bool is_punctuation(char32_t c) {
  bool is_ascii_sign = (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
                       (c >= '{' && c <= '~');
  return is_ascii_sign || (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) != 0;
}

// The blocks of CJK Unified Ideographs, as the original lists them.
bool is_ideograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_accent(char32_t c) { return u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK; }

// Canonically decomposed; the text itself where ICU fails.
std::string decompose(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) return text;
  std::string decomposed;
  decomposed.reserve(text.size() + text.size() / 4);
  icu::StringByteSink<std::string> sink(&decomposed);
  normalizer->normalizeUTF8(0, icu::StringPiece(text), sink, nullptr, status);
  return U_FAILURE(status) ? text : decomposed;
}

// Collects words character by character.
class Words {
 public:
  void end() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
  }
  void add(char32_t c) { append_utf8(word_, c); }
  void add_alone(char32_t c) {
    end();
    add(c);
    end();
  }
  std::vector<std::string> take() {
    end();
    return std::move(words_);
  }

 private:
  std::vector<std::string> words_;
  std::string word_;
};

}  // namespace

std::vector<std::string> split_bert_words(std::string_view text, const BertWordRules& rules) {
  std::string repaired = repair_utf8(text);
  if (rules.strips_accents) repaired = decompose(repaired);
  Words words;
  for (std::size_t at = 0; at < repaired.size();) {
    auto c = next_code_point(repaired, at);
    if (c == 0 || (rules.cleans_text && is_control(c))) continue;
    if (rules.strips_accents && is_accent(c)) continue;
    if (rules.lowercases) c = static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    if (is_white(c))
      words.end();
    else if (is_punctuation(c) || (rules.splits_ideographs && is_ideograph(c)))
      words.add_alone(c);
    else
      words.add(c);
  }
  return words.take();
}

}  // namespace aiva
