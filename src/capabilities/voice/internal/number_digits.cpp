#include "capabilities/voice/internal/number_digits.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

constexpr std::size_t end_digits = 4;
// Fewer are numbers within a telephone system, which have no code of a country.
constexpr std::size_t public_digits_min = 7;

// ASCII, Arabic, Persian, full width.
constexpr auto zeros = std::to_array<char32_t>({U'0', 0x660, 0x6F0, 0xFF10});

struct Range {
  char32_t first;
  char32_t last;
};
// Blanks, dashes, brackets, and marks of direction that come along where a number is copied.
constexpr auto ignored = std::to_array<Range>({{U'\t', U'\t'},
                                               {U' ', U' '},
                                               {U'(', U')'},
                                               {U'+', U'+'},
                                               {U'-', U'/'},
                                               {0xA0, 0xA0},
                                               {0x2009, 0x2009},
                                               {0x200E, 0x2015},
                                               {0x202A, 0x202F},
                                               {0x2066, 0x2069},
                                               {0x2212, 0x2212}});

std::optional<char> digit_of(char32_t c) {
  for (auto zero : zeros)
    if (c >= zero && c < zero + 10) return static_cast<char>('0' + (c - zero));
  return std::nullopt;
}

bool is_ignored(char32_t c) {
  return std::ranges::any_of(
      ignored, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

std::optional<std::string> telling_digits(std::string_view text) {
  constexpr std::string_view trunk_zero = "(0)";
  std::string digits;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(trunk_zero)) {
      at += trunk_zero.size();
      continue;
    }
    auto c = next_code_point(text, at);
    if (auto digit = digit_of(c))
      digits += *digit;
    else if (!is_ignored(c))
      return std::nullopt;
  }
  auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return std::nullopt;
  return digits.substr(first);
}

std::string number_end_of(std::string_view digits) {
  if (digits.size() >= end_digits) return std::string(digits.substr(digits.size() - end_digits));
  return std::string(end_digits - digits.size(), '0').append(digits);
}

bool is_meant_by(std::string_view number_digits, std::string_view known_digits) {
  if (number_digits == known_digits) return true;
  if (known_digits.size() >= end_digits && number_digits.ends_with(known_digits)) return true;
  return number_digits.size() >= public_digits_min && known_digits.ends_with(number_digits);
}

}  // namespace aiva::voice
