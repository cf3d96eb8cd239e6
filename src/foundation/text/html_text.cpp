#include "foundation/text/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t reference_length_max = 32;  // of a character reference, with & and ;
constexpr std::string_view white = " \t\r\n\f";

struct NamedCharacter {
  std::string_view name;
  char32_t code;
};

constexpr std::array named_characters = {
    NamedCharacter{"AElig", 0xC6},    NamedCharacter{"Aring", 0xC5},
    NamedCharacter{"Auml", 0xC4},     NamedCharacter{"Ccedil", 0xC7},
    NamedCharacter{"Eacute", 0xC9},   NamedCharacter{"Ntilde", 0xD1},
    NamedCharacter{"Oslash", 0xD8},   NamedCharacter{"Ouml", 0xD6},
    NamedCharacter{"Uuml", 0xDC},     NamedCharacter{"aacute", 0xE1},
    NamedCharacter{"acirc", 0xE2},    NamedCharacter{"aelig", 0xE6},
    NamedCharacter{"agrave", 0xE0},   NamedCharacter{"amp", '&'},
    NamedCharacter{"apos", '\''},     NamedCharacter{"aring", 0xE5},
    NamedCharacter{"atilde", 0xE3},   NamedCharacter{"auml", 0xE4},
    NamedCharacter{"bull", 0x2022},   NamedCharacter{"ccedil", 0xE7},
    NamedCharacter{"cent", 0xA2},     NamedCharacter{"copy", 0xA9},
    NamedCharacter{"deg", 0xB0},      NamedCharacter{"eacute", 0xE9},
    NamedCharacter{"ecirc", 0xEA},    NamedCharacter{"egrave", 0xE8},
    NamedCharacter{"euro", 0x20AC},   NamedCharacter{"euml", 0xEB},
    NamedCharacter{"frac12", 0xBD},   NamedCharacter{"frac14", 0xBC},
    NamedCharacter{"frac34", 0xBE},   NamedCharacter{"gt", '>'},
    NamedCharacter{"hellip", 0x2026}, NamedCharacter{"iacute", 0xED},
    NamedCharacter{"icirc", 0xEE},    NamedCharacter{"iuml", 0xEF},
    NamedCharacter{"laquo", 0xAB},    NamedCharacter{"ldquo", 0x201C},
    NamedCharacter{"lsquo", 0x2018},  NamedCharacter{"lt", '<'},
    NamedCharacter{"mdash", 0x2014},  NamedCharacter{"middot", 0xB7},
    NamedCharacter{"nbsp", ' '},      NamedCharacter{"ndash", 0x2013},
    NamedCharacter{"ntilde", 0xF1},   NamedCharacter{"oacute", 0xF3},
    NamedCharacter{"ocirc", 0xF4},    NamedCharacter{"oelig", 0x153},
    NamedCharacter{"oslash", 0xF8},   NamedCharacter{"otilde", 0xF5},
    NamedCharacter{"ouml", 0xF6},     NamedCharacter{"plusmn", 0xB1},
    NamedCharacter{"pound", 0xA3},    NamedCharacter{"quot", '"'},
    NamedCharacter{"raquo", 0xBB},    NamedCharacter{"rdquo", 0x201D},
    NamedCharacter{"reg", 0xAE},      NamedCharacter{"rsquo", 0x2019},
    NamedCharacter{"sect", 0xA7},     NamedCharacter{"szlig", 0xDF},
    NamedCharacter{"times", 0xD7},    NamedCharacter{"trade", 0x2122},
    NamedCharacter{"uacute", 0xFA},   NamedCharacter{"ucirc", 0xFB},
    NamedCharacter{"ugrave", 0xF9},   NamedCharacter{"uuml", 0xFC},
    NamedCharacter{"yen", 0xA5},
};

constexpr std::array blank_line_around = {"p",  "h1", "h2",  "h3",         "h4",
                                          "h5", "h6", "pre", "blockquote", "table"};
constexpr std::array own_line = {"div", "ul",      "ol",      "li",     "tr",     "br",
                                 "hr",  "section", "article", "header", "footer", "figure",
                                 "dl",  "dt",      "dd",      "form",   "main",   "nav"};
constexpr std::array without_text = {"script", "style", "template", "iframe", "noscript", "svg"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower_name(std::string_view text) {
  std::string name;
  for (char c : text) {
    if (!is_letter(c) && !is_digit(c)) break;
    name += lower(c);
  }
  return name;
}

// The character of "#228", "#xE4" or "auml".
std::optional<char32_t> find_character(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    int base = 10;
    if (name.starts_with('x') || name.starts_with('X')) {
      base = 16;
      name.remove_prefix(1);
    }
    std::uint32_t code = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, base);
    bool is_number = error == std::errc() && end == name.data() + name.size();
    if (!is_number) return std::nullopt;
    bool is_white = code < 0x20 || code == 0x7F || code == 0xA0;
    return is_white ? U' ' : static_cast<char32_t>(code);
  }
  auto found = std::ranges::find(named_characters, name, &NamedCharacter::name);
  return found == named_characters.end() ? std::nullopt : std::optional(found->code);
}

class Reader {
 public:
  Reader(std::string_view html, std::size_t bytes_max) : html_(html), bytes_max_(bytes_max) {}

  std::string read() {
    while (at_ < html_.size() && text_.size() < bytes_max_) {
      char c = html_[at_];
      if (c == '<' && takes_tag()) continue;
      if (c == '&' && takes_reference()) continue;
      add(html_.substr(at_, 1));
      ++at_;
    }
    text_ = repair_utf8(text_);
    return std::string(utf8_prefix(text_, bytes_max_));
  }

 private:
  // Text that is no mark-up.
  void add(std::string_view piece) {
    if (piece.size() == 1 && white.contains(piece[0])) {
      has_space_ = true;
      return;
    }
    if (!text_.empty() && breaks_ > 0)
      text_.append(breaks_, '\n');
    else if (!text_.empty() && has_space_)
      text_ += ' ';
    if (is_item_) text_ += "- ";
    breaks_ = 0;
    has_space_ = false;
    is_item_ = false;
    text_ += piece;
  }

  void break_line(std::size_t count) { breaks_ = std::max(breaks_, count); }

  bool takes_tag() {
    auto rest = html_.substr(at_ + 1);
    if (rest.starts_with("!--")) return skip_behind("-->");
    if (rest.starts_with('!') || rest.starts_with('?')) return skip_behind(">");
    bool is_closing = rest.starts_with('/');
    if (is_closing) rest.remove_prefix(1);
    auto name = lower_name(rest);
    if (name.empty() || !is_letter(name[0])) return false;
    skip_tag();
    if (!is_closing && is_one_of(without_text, name)) skip_element(name);
    mark(name, is_closing);
    return true;
  }

  void mark(std::string_view name, bool is_closing) {
    if (is_one_of(blank_line_around, name)) break_line(2);
    if (is_one_of(own_line, name)) break_line(1);
    if (name == "td" || name == "th") has_space_ = true;
    if (name == "li") is_item_ = !is_closing;
  }

  // Behind the tag's `>`, which quoted values may contain.
  void skip_tag() {
    char quote = '\0';
    for (++at_; at_ < html_.size(); ++at_) {
      char c = html_[at_];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if ((c == '"' || c == '\'') && html_[at_ - 1] == '=') {
        quote = c;
      } else if (c == '>') {
        ++at_;
        return;
      }
    }
  }

  void skip_element(std::string_view name) {
    for (; at_ < html_.size(); ++at_) {
      bool is_end = html_[at_] == '<' && at_ + 1 < html_.size() && html_[at_ + 1] == '/' &&
                    lower_name(html_.substr(at_ + 2, name.size() + 1)) == name;
      if (!is_end) continue;
      skip_tag();
      return;
    }
  }

  bool skip_behind(std::string_view end) {
    auto found = html_.find(end, at_ + 1);
    at_ = found == std::string_view::npos ? html_.size() : found + end.size();
    return true;
  }

  bool takes_reference() {
    auto candidate = html_.substr(at_, reference_length_max);
    auto end = candidate.find(';');
    if (end == std::string_view::npos) return false;
    auto name = candidate.substr(1, end - 1);
    if (name != "shy") {
      auto character = find_character(name);
      if (!character) return false;
      std::string bytes;
      append_utf8(bytes, *character);
      add(bytes);
    }
    at_ += end + 1;
    return true;
  }

  std::string_view html_;
  std::size_t bytes_max_;
  std::size_t at_ = 0;
  std::string text_;
  std::size_t breaks_ = 0;
  bool has_space_ = false;
  bool is_item_ = false;
};

}  // namespace

std::string html_to_text(std::string_view html, std::size_t bytes_max) {
  return Reader(html, bytes_max).read();
}

bool looks_like_html(std::string_view text) {
  auto last_end = text.rfind('>');
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    char next = text[at + 1];
    bool may_be_tag = text[at] == '<' && (is_letter(next) || next == '/' || next == '!');
    if (may_be_tag && last_end != std::string_view::npos && last_end > at) return true;
    if (text[at] != '&') continue;
    auto candidate = text.substr(at, reference_length_max);
    auto end = candidate.find(';');
    if (end != std::string_view::npos && find_character(candidate.substr(1, end - 1))) return true;
  }
  return false;
}

}  // namespace aiva
