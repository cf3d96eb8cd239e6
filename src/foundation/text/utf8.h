#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva {

// Whether `text` is well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF).
bool is_valid_utf8(std::string_view text);

// The text with every ill-formed sequence replaced by U+FFFD.
std::string repair_utf8(std::string_view text);

// Appends the UTF-8 form of a code point; ill-formed code points become U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

// Reads the code point at `at` and moves `at` behind it; ill-formed bytes yield U+FFFD one by one.
char32_t next_code_point(std::string_view text, std::size_t& at);

// The longest prefix of at most `bytes_max` bytes that does not cut a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace aiva
