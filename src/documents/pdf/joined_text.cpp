#include "documents/pdf/joined_text.h"

#include <algorithm>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

char32_t last_code_point(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return next_code_point(text, at);
}

char32_t first_code_point(std::string_view text) {
  std::size_t at = 0;
  return text.empty() ? 0 : next_code_point(text, at);
}

constexpr std::size_t address_bytes_max = 300;

// Whether the end of `text` is an address that goes on in the next line, as it has no blanks.
bool is_broken_address(std::string_view text, bool is_hyphenated, std::string_view line) {
  auto end = text.substr(text.size() - std::min(text.size(), address_bytes_max));
  auto word = end.substr(end.rfind(' ') + 1);
  bool is_address = word.contains("://") || word.starts_with("www.");
  if (!is_address || line.empty()) return false;
  auto next = line.substr(0, line.find(' '));
  bool goes_on = next.front() == '/' || next.front() == '?' || next.front() == '#' ||
                 next.front() == '=' || next.front() == '&';
  bool was_cut = is_hyphenated || word.ends_with('/') || word.ends_with('-') ||
                 word.ends_with('_') || word.ends_with('=') || word.ends_with('&') ||
                 word.ends_with('?');
  return goes_on || (was_cut && next.find_first_of("/.=#?&_-") != std::string_view::npos);
}

// Appends a line to a paragraph's text.
void append_line(std::string& text, bool is_hyphenated, std::string_view line) {
  if (text.empty()) {
    text = line;
    return;
  }
  bool has_hyphen = text.ends_with('-') && text.size() >= 2 && text[text.size() - 2] != ' ' &&
                    text[text.size() - 2] != '-';
  if (is_broken_address(text, is_hyphenated, line)) {
    if (is_hyphenated) text += '-';
  } else if (is_hyphenated || has_hyphen) {
    // Before a capital or a digit the hyphen is part of the word ("non-ASCII", "UTF-8").
    bool is_parted_word = begins_with_lower_letter(line);
    if (is_hyphenated && !is_parted_word) text += '-';
    if (!is_hyphenated && is_parted_word) text.pop_back();
  } else if (!(is_spaceless_script(last_code_point(text)) &&
               is_spaceless_script(first_code_point(line)))) {
    text += ' ';
  }
  text += line;
}

}  // namespace

bool begins_with_lower_letter(std::string_view text) {
  char32_t c = first_code_point(text);
  return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF) || (c >= 0x3B1 && c <= 0x3C9) ||
         (c >= 0x430 && c <= 0x45F);
}

std::string join_flowing(std::span<const Line> lines) {
  std::string text;
  bool is_hyphenated = false;
  for (const auto& line : lines) {
    append_line(text, is_hyphenated, line.text());
    is_hyphenated = line.is_hyphenated;
  }
  if (is_hyphenated) text += '-';
  return text;
}

}  // namespace aiva::documents
