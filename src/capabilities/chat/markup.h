#pragma once

#include <string>
#include <string_view>

namespace aiva::chat {

// The answer as HTML that is safe to insert into a page: every character of the text is escaped,
// and only paragraphs, lists, headings, bold text and code are marked up. Markdown beyond that, and
// any HTML in the text, stay visible as text. Citation markers become <cite
// data-source="n">[n]</cite>.
std::string to_html(std::string_view markdown);

// The answer without Markdown's marks, for voices and plain displays.
std::string to_plain_text(std::string_view markdown);

}  // namespace aiva::chat
