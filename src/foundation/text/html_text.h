#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva {

// The text of a piece of HTML as people read it: blocks and rows on lines of their own, paragraphs
// with a blank line between, items of lists behind "- "; character references resolved, scripts,
// styles and comments left out. A small reader for short descriptions; whole documents are read by
// documents. Never fails, whatever it gets; valid UTF-8 of at most `bytes_max` bytes.
std::string html_to_text(std::string_view html, std::size_t bytes_max = 256 * 1024);

// Whether a text has a tag or a character reference in it, so that it is HTML rather than plain.
bool looks_like_html(std::string_view text);

}  // namespace aiva
