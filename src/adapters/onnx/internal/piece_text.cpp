#include "adapters/onnx/internal/piece_text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr char32_t word_mark_character = 0x2581;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_white(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == word_mark_character || u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

bool is_invisible(char32_t c) {
  if (c < 0xA0) return c < 0x20 || c >= 0x7F;
  return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

// NFKC; the text itself where ICU fails, which leaves the tokens worse but never stops a caller.
std::string normalize(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return text;
  std::string normalized;
  normalized.reserve(text.size());
  icu::StringByteSink<std::string> sink(&normalized);
  normalizer->normalizeUTF8(0, icu::StringPiece(text), sink, nullptr, status);
  return U_FAILURE(status) ? text : normalized;
}

}  // namespace

std::string mark_words(std::string_view text) {
  std::string normalized;
  if (!is_ascii(text)) {
    normalized = normalize(repair_utf8(text));
    text = normalized;
  }
  std::string marked;
  marked.reserve(text.size() + text.size() / 2 + word_mark.size());
  bool is_in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    const auto character = next_code_point(text, at);
    if (is_white(character)) {
      is_in_word = false;
    } else if (!is_invisible(character)) {
      if (!is_in_word) marked += word_mark;
      is_in_word = true;
      marked += text.substr(start, at - start);
    }
  }
  return marked;
}

}  // namespace aiva
