#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva::documents {

// Running text as blocks carry it: well-formed UTF-8 without control or zero-width characters, each
// run of blanks one space, each run of line ends one line end, no white space at the ends.
// Typographic ligatures become the letters they stand for.
std::string clean_flowing_text(std::string_view text);

// Preformatted text as blocks carry it: like flowing text, but blanks, tabs and single empty lines
// stay; blanks before line ends and empty lines at both ends go.
std::string clean_preformatted_text(std::string_view text);

// The text with every line end as a space, for sources where a line end means no more than that.
std::string unwrap_lines(std::string_view text);

// Whether nothing but ASCII white space is in it.
bool is_blank(std::string_view text);

// The text without ASCII white space at its ends.
std::string_view trim(std::string_view text);

// ASCII letters in lower case; other bytes as they are.
std::string to_lower_ascii(std::string_view text);

// Whether the code point belongs to a script written without spaces between words.
bool is_spaceless_script(char32_t c);

}  // namespace aiva::documents
