#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva {

// U+2581, which stands before every word in the vocabulary's pieces.
inline constexpr std::string_view word_mark = "\xE2\x96\x81";

// The text in the form the pieces are written in: NFKC, each word behind one word_mark, no white
// space, no invisible characters. Empty when no word is left.
std::string mark_words(std::string_view text);

// The bytes of the well-formed UTF-8 character that starts with `first`.
inline std::size_t character_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

}  // namespace aiva
