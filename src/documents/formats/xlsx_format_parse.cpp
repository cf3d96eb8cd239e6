#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/xlsx_number_format.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

using Kind = FormatToken::Kind;
using Condition = FormatSection::Condition;

constexpr std::size_t code_bytes_max = 1000;  // Excel allows 255 characters
constexpr std::size_t sections_max = 4;
constexpr int count_max = 30;

bool is_date_kind(Kind kind) {
  switch (kind) {
    case Kind::year:
    case Kind::month:
    case Kind::day:
    case Kind::hour:
    case Kind::minute:
    case Kind::second:
    case Kind::hours_passed:
    case Kind::minutes_passed:
    case Kind::seconds_passed:
    case Kind::half_day: return true;
    case Kind::literal:
    case Kind::digit:
    case Kind::point:
    case Kind::percent:
    case Kind::exponent:
    case Kind::slash:
    case Kind::text:
    case Kind::general: return false;
  }
  return false;
}

std::optional<Kind> date_kind_of(char letter) {
  switch (letter) {
    case 'y':
    case 'e': return Kind::year;
    case 'm': return Kind::month;
    case 'd': return Kind::day;
    case 'h': return Kind::hour;
    case 's': return Kind::second;
    default: return std::nullopt;
  }
}

class SectionParser {
 public:
  // Takes one section off the code, with the semicolon behind it.
  FormatSection parse(std::string_view& code) {
    rest_ = code;
    while (!rest_.empty() && rest_.front() != ';') take_token();
    code = rest_;
    if (code.starts_with(';')) code.remove_prefix(1);
    finish();
    return std::move(section_);
  }

 private:
  void add(FormatToken token) { section_.tokens.push_back(std::move(token)); }

  void add_literal(std::string_view text) {
    if (!section_.tokens.empty() && section_.tokens.back().kind == Kind::literal &&
        section_.tokens.back().mark == '\0')
      section_.tokens.back().text += text;
    else
      add({.kind = Kind::literal, .text = std::string(text)});
  }

  std::string_view take(std::size_t count) {
    auto taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // A whole character in UTF-8.
  std::string_view take_character() {
    std::size_t at = 0;
    if (!rest_.empty()) next_code_point(rest_, at);
    return take(at);
  }

  void take_token() {
    char c = rest_.front();
    switch (c) {
      case '"': return take_quoted();
      case '\\': take(1); return add_literal(take_character());
      case '_':
        take(1);
        take_character();
        return add_literal(" ");
      case '*':
        take(1);
        take_character();
        return;
      case '[': return take_bracket();
      case '0':
      case '#':
      case '?': take(1); return add({.kind = Kind::digit, .mark = c});
      case '.': take(1); return add({.kind = Kind::point});
      case ',': take(1); return add({.kind = Kind::literal, .text = ",", .mark = ','});
      case '%': take(1); return add({.kind = Kind::percent});
      case '/': take(1); return add({.kind = Kind::slash});
      case '@': take(1); return add({.kind = Kind::text});
      default: return take_letters();
    }
  }

  void take_quoted() {
    take(1);
    auto end = std::min(rest_.find('"'), rest_.size());
    add_literal(take(end));
    take(1);
  }

  void take_letters() {
    auto lower = to_lower_ascii(rest_.substr(0, 16));
    if (lower.starts_with("general")) {
      take(7);
      return add({.kind = Kind::general});
    }
    if (lower.starts_with("am/pm")) {
      take(5);
      return add({.kind = Kind::half_day, .count = 2});
    }
    if (lower.starts_with("a/p")) {
      take(3);
      return add({.kind = Kind::half_day, .count = 1});
    }
    if (lower.starts_with("e+") || lower.starts_with("e-")) {
      char sign = lower[1];
      take(2);
      return add({.kind = Kind::exponent, .mark = sign});
    }
    bool is_era_year = lower.front() == 'e' &&
                       (lower.size() == 1 || lower[1] < 'a' || lower[1] > 'z' || lower[1] == 'e');
    auto kind = date_kind_of(lower.front());
    if (kind && (lower.front() != 'e' || is_era_year)) return take_date_part(*kind, lower.front());
    if (lower.front() == 'g') {
      take(1);
      return;
    }
    add_literal(take_character());
  }

  void take_date_part(Kind kind, char letter) {
    int count = 0;
    while (!rest_.empty() && to_lower_ascii(rest_.substr(0, 1)).front() == letter) {
      take(1);
      count = std::min(count + 1, count_max);
    }
    add({.kind = kind, .count = letter == 'e' ? 4 : count});
  }

  // "[Red]", "[$€-407]", "[>=100]", "[hh]".
  void take_bracket() {
    auto end = rest_.find(']');
    if (end == std::string_view::npos) return add_literal(take(1));
    auto content = take(end + 1).substr(1, end - 1);
    if (content.starts_with('$')) {
      auto symbol =
          content.substr(1, content.find('-') == std::string_view::npos ? std::string_view::npos
                                                                        : content.find('-') - 1);
      return add_literal(symbol);
    }
    if (content.find_first_of("<>=") == 0) return read_condition(content);
    auto lower = to_lower_ascii(content);
    if (lower.empty() || lower.find_first_not_of(lower.front()) != std::string::npos) return;
    int count = static_cast<int>(std::min<std::size_t>(lower.size(), count_max));
    if (lower.front() == 'h') add({.kind = Kind::hours_passed, .count = count});
    if (lower.front() == 'm') add({.kind = Kind::minutes_passed, .count = count});
    if (lower.front() == 's') add({.kind = Kind::seconds_passed, .count = count});
  }

  void read_condition(std::string_view content) {
    struct Sign {
      std::string_view text;
      Condition condition;
    };
    constexpr std::array signs = {
        Sign{"<=", Condition::less_or_equal}, Sign{">=", Condition::greater_or_equal},
        Sign{"<>", Condition::not_equal},     Sign{"<", Condition::less},
        Sign{">", Condition::greater},        Sign{"=", Condition::equal}};
    auto sign = std::ranges::find_if(signs, [&](auto& s) { return content.starts_with(s.text); });
    if (sign == signs.end()) return;
    auto number = trim(content.substr(sign->text.size()));
    double limit = 0;
    auto read = std::from_chars(number.data(), number.data() + number.size(), limit);
    if (read.ec != std::errc()) return;
    section_.condition = sign->condition;
    section_.limit = limit;
  }

  void finish() {
    auto& tokens = section_.tokens;
    for (const auto& token : tokens) {
      section_.is_date |= is_date_kind(token.kind);
      section_.has_text |= token.kind == Kind::text;
    }
    if (section_.is_date)
      finish_date();
    else
      finish_number();
  }

  // "m" next to hours or seconds means minutes; ".00" behind seconds are parts of them.
  void finish_date() {
    auto& tokens = section_.tokens;
    auto is_hour = [](Kind kind) { return kind == Kind::hour || kind == Kind::hours_passed; };
    auto is_second = [](Kind kind) { return kind == Kind::second || kind == Kind::seconds_passed; };
    FormatToken* last = nullptr;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      auto& token = tokens[i];
      if (token.kind == Kind::point && last != nullptr && is_second(last->kind)) {
        while (i + 1 < tokens.size() && tokens[i + 1].kind == Kind::digit && token.count < 3) {
          ++token.count;
          tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
      }
      if (token.kind == Kind::month && last != nullptr && is_hour(last->kind))
        token.kind = Kind::minute;
      if (is_second(token.kind) && last != nullptr && last->kind == Kind::month)
        last->kind = Kind::minute;
      if (is_date_kind(token.kind) && token.kind != Kind::half_day) last = &token;
    }
    to_literals();
  }

  // What means something in numbers only is text in dates.
  void to_literals() {
    for (auto& token : section_.tokens) {
      std::string_view text;
      if (token.kind == Kind::slash) text = "/";
      if (token.kind == Kind::point && token.count == 0) text = ".";
      if (token.kind == Kind::digit) text = std::string_view(&token.mark, 1);
      if (token.kind == Kind::percent) text = "%";
      if (text.empty()) continue;
      token = {.kind = Kind::literal, .text = std::string(text)};
    }
  }

  // Commas behind the last digit of the integer part divide by a thousand, commas between digits
  // group them.
  void finish_number() {
    auto& tokens = section_.tokens;
    auto is_comma = [](const FormatToken& token) {
      return token.kind == Kind::literal && token.mark == ',';
    };
    auto is_digit = [](const FormatToken& token) { return token.kind == Kind::digit; };
    std::vector<FormatToken> kept;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      bool follows_digit = !kept.empty() && is_digit(kept.back());
      if (!is_comma(tokens[i]) || !follows_digit) {
        kept.push_back(std::move(tokens[i]));
        continue;
      }
      std::size_t end = i;
      while (end < tokens.size() && is_comma(tokens[end])) ++end;
      bool is_between = end < tokens.size() && is_digit(tokens[end]);
      if (is_between)
        section_.is_grouped = true;
      else
        section_.thousands_cut += static_cast<int>(end - i);
      i = end - 1;
    }
    tokens = std::move(kept);
  }

  std::string_view rest_;
  FormatSection section_;
};

}  // namespace

std::vector<FormatSection> parse_number_format(std::string_view code) {
  code = utf8_prefix(code, code_bytes_max);
  std::vector<FormatSection> sections;
  bool has_more = true;
  while (has_more && sections.size() < sections_max) {
    auto before = code;
    sections.push_back(SectionParser().parse(code));
    auto taken = before.size() - code.size();
    has_more = taken > 0 && before[taken - 1] == ';';
  }
  return sections;
}

}  // namespace aiva::documents
