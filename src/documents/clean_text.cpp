#include "documents/clean_text.h"

#include <algorithm>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

// What becomes of one code point: dropped, a blank, a line end, or itself.
enum class Fate { dropped, blank, line_end, kept };

Fate fate_of(char32_t c) {
  if (c == U'\n' || c == 0x2028 || c == 0x2029 || c == 0x0B || c == 0x0C || c == 0x85)
    return Fate::line_end;
  if (c == U' ' || c == U'\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
      c == 0x202F || c == 0x205F || c == 0x3000)
    return Fate::blank;
  bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  // Soft hyphen, zero-width space, directional marks, word joiner, byte order mark; not the
  // joiners U+200C and U+200D, which change how words are spelt.
  bool is_invisible = c == 0xAD || c == 0x200B || c == 0x200E || c == 0x200F ||
                      (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
                      (c >= 0xFFF0 && c <= 0xFFFB);
  bool is_noncharacter = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
  return is_control || is_invisible || is_noncharacter ? Fate::dropped : Fate::kept;
}

void append_visible(std::string& out, char32_t c) {
  switch (c) {
    case 0xFB00: out += "ff"; return;
    case 0xFB01: out += "fi"; return;
    case 0xFB02: out += "fl"; return;
    case 0xFB03: out += "ffi"; return;
    case 0xFB04: out += "ffl"; return;
    case 0xFB05:
    case 0xFB06: out += "st"; return;
    default: append_utf8(out, c);
  }
}

// Most text is printable ASCII, which stays as it is: the number of such bytes from `at` on.
std::size_t count_plain(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] > ' ' && text[end] < 0x7F) ++end;
  return end - at;
}

// A line end written as CR LF or CR counts as one LF.
char32_t next_with_line_ends(std::string_view text, std::size_t& at) {
  char32_t c = next_code_point(text, at);
  if (c != U'\r') return c;
  if (at < text.size() && text[at] == '\n') ++at;
  return U'\n';
}

}  // namespace

std::string clean_flowing_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool has_blank = false;
  bool has_line_end = false;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_with_line_ends(text, at);
    switch (fate_of(c)) {
      case Fate::dropped: break;
      case Fate::blank: has_blank = true; break;
      case Fate::line_end: has_line_end = true; break;
      case Fate::kept:
        if (!out.empty() && (has_line_end || has_blank)) out += has_line_end ? '\n' : ' ';
        has_blank = has_line_end = false;
        append_visible(out, c);
        auto plain = count_plain(text, at);
        out += text.substr(at, plain);
        at += plain;
    }
  }
  return out;
}

std::string clean_preformatted_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::string blanks;
  std::size_t line_ends = 0;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_with_line_ends(text, at);
    switch (fate_of(c)) {
      case Fate::dropped: break;
      case Fate::blank: blanks += c == U'\t' ? '\t' : ' '; break;
      case Fate::line_end:
        ++line_ends;
        blanks.clear();
        break;
      case Fate::kept:
        if (!out.empty()) out.append(std::min<std::size_t>(line_ends, 2), '\n');
        line_ends = 0;
        out += blanks;
        blanks.clear();
        append_visible(out, c);
        auto plain = count_plain(text, at);
        out += text.substr(at, plain);
        at += plain;
    }
  }
  return out;
}

std::string unwrap_lines(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\r' || c == '\f'; }, ' ');
  return out;
}

bool is_blank(std::string_view text) { return trim(text).empty(); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\f\v";
  auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_spaceless_script(char32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x2E80 && c <= 0x30FF) ||
         (c >= 0x3100 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFFEF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

}  // namespace aiva::documents
