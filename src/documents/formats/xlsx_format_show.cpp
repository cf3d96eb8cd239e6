#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/xlsx_decimal.h"
#include "documents/formats/xlsx_number_format.h"

namespace aiva::documents {
namespace {

using Kind = FormatToken::Kind;
using Condition = FormatSection::Condition;
using Tokens = std::vector<FormatToken>;

constexpr double days_max = 2958466;  // 10000-01-01
constexpr double days_from_1900_to_1904 = 1462;
constexpr double whole_number_max = 1e15;

bool is_met(const FormatSection& section, double value) {
  switch (section.condition) {
    case Condition::none: return true;
    case Condition::less: return value < section.limit;
    case Condition::less_or_equal: return value <= section.limit;
    case Condition::equal: return value == section.limit;
    case Condition::not_equal: return value != section.limit;
    case Condition::greater: return value > section.limit;
    case Condition::greater_or_equal: return value >= section.limit;
  }
  return true;
}

// Whether only negative numbers can come here, which then are shown without their sign.
bool is_for_negatives(const FormatSection& section) {
  return (section.condition == Condition::less && section.limit <= 0) ||
         (section.condition == Condition::less_or_equal && section.limit < 0);
}

// Where the digits of a part of a number stand in the section: tokens [begin, end).
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

int count_digits(const Tokens& tokens, Span span) {
  int count = 0;
  for (auto i = span.begin; i < span.end; ++i) count += tokens[i].kind == Kind::digit ? 1 : 0;
  return count;
}

std::size_t find_kind(const Tokens& tokens, Kind kind, std::size_t from = 0) {
  while (from < tokens.size() && tokens[from].kind != kind) ++from;
  return from;
}

void append_other(const FormatToken& token, std::string& out) {
  if (token.kind == Kind::percent) out += '%';
  if (token.kind == Kind::literal) out += token.text;
}

// The integer part: digits fill the places from the right, what is too long goes before the first.
void append_whole(const Tokens& tokens, Span span, const std::string& digits, bool is_grouped,
                  std::string& out) {
  int places = count_digits(tokens, span);
  int length = std::max(static_cast<int>(digits.size()), places);
  auto digit_at = [&](int position) {  // from the right, 0 is the last
    int index = static_cast<int>(digits.size()) - 1 - position;
    return index >= 0 ? digits[static_cast<std::size_t>(index)] : '\0';
  };
  bool has_digit = false;
  auto append = [&](int position, char mark) {
    char digit = digit_at(position);
    if (digit == '\0' && mark == '0') digit = '0';
    if (digit == '\0') {
      if (mark == '?') out += ' ';
      return;
    }
    out += digit;
    has_digit = true;
    if (is_grouped && position > 0 && position % 3 == 0) out += ',';
  };
  int position = length - 1;
  int left = places;
  for (auto i = span.begin; i < span.end; ++i) {
    if (tokens[i].kind != Kind::digit) {
      append_other(tokens[i], out);
      continue;
    }
    for (; position > left - 1; --position) append(position, '#');
    append(position--, tokens[i].mark);
    --left;
  }
}

void append_fraction(const Tokens& tokens, Span span, const std::string& digits, std::string& out) {
  auto last_used = digits.find_last_not_of('0');
  std::size_t place = 0;
  for (auto i = span.begin; i < span.end; ++i) {
    if (tokens[i].kind != Kind::digit) {
      append_other(tokens[i], out);
      continue;
    }
    bool is_used = last_used != std::string::npos && place <= last_used;
    if (is_used || tokens[i].mark == '0')
      out += digits[place];
    else if (tokens[i].mark == '?')
      out += ' ';
    ++place;
  }
}

// Digits, decimals, percent, thousands and powers of ten.
std::string show_decimal(const FormatSection& section, double value) {
  const auto& tokens = section.tokens;
  auto exponent_at = find_kind(tokens, Kind::exponent);
  auto point_at = std::min(find_kind(tokens, Kind::point), exponent_at);
  Span whole{0, point_at};
  Span fraction{std::min(point_at + 1, exponent_at), exponent_at};
  if (point_at == exponent_at) fraction.begin = exponent_at;
  int places = count_digits(tokens, fraction);

  DecimalNumber number(value);
  for (const auto& token : tokens)
    if (token.kind == Kind::percent) number.shift(2);
  number.shift(-3 * section.thousands_cut);
  int power = 0;
  if (exponent_at < tokens.size()) {
    int step = std::max(count_digits(tokens, whole), 1);
    auto power_of = [step](int exponent) {
      return exponent >= 0 ? exponent / step * step : -((-exponent + step - 1) / step) * step;
    };
    power = power_of(number.exponent());
    auto rounded = number;
    rounded.shift(-power);
    rounded.round(places);
    if (rounded.exponent() >= step) power += step;
    number.shift(-power);
  }
  number.round(places);

  std::string out;
  append_whole(tokens, whole, number.whole_digits(), section.is_grouped, out);
  if (point_at < exponent_at) out += '.';
  append_fraction(tokens, fraction, number.fraction_digits(places), out);
  if (exponent_at == tokens.size()) return out;
  out += 'E';
  if (power < 0 || tokens[exponent_at].mark == '+') out += power < 0 ? '-' : '+';
  append_whole(tokens, {exponent_at + 1, tokens.size()}, std::to_string(std::abs(power)), false,
               out);
  return out;
}

struct Ratio {
  long numerator = 0;
  long denominator = 1;
};

// The last fraction near `value` whose denominator is at most `max` (the convergents of its
// continued fraction, as Excel takes them).
Ratio near_ratio(double value, long max) {
  Ratio before{0, 1};
  Ratio now{1, 0};
  double rest = value;
  constexpr int steps_max = 40;
  for (int i = 0; i < steps_max; ++i) {
    auto whole = std::floor(rest);
    if (whole > 1e9) break;
    auto w = static_cast<long>(whole);
    Ratio next{w * now.numerator + before.numerator, w * now.denominator + before.denominator};
    if (next.denominator > max) break;
    before = std::exchange(now, next);
    if (rest - whole < 1e-10) break;
    rest = 1 / (rest - whole);
  }
  return now;
}

// "# ?/?", "??/??", "# ?/16".
std::string show_ratio(const FormatSection& section, double value, std::size_t slash_at) {
  const auto& tokens = section.tokens;
  constexpr double value_max = 1e9;
  if (value > value_max) return show_general(value);
  std::size_t numerator_at = slash_at;
  while (numerator_at > 0 && tokens[numerator_at - 1].kind == Kind::digit) --numerator_at;
  bool has_whole = count_digits(tokens, {0, numerator_at}) > 0;
  std::size_t end = slash_at + 1;
  std::string given;  // a denominator in the code itself
  while (end < tokens.size() &&
         (tokens[end].kind == Kind::digit ||
          (tokens[end].kind == Kind::literal && !tokens[end].text.empty() &&
           tokens[end].text.find_first_not_of("0123456789") == std::string::npos))) {
    given += tokens[end].kind == Kind::digit ? std::string(1, tokens[end].mark) : tokens[end].text;
    ++end;
  }
  long fixed = 0;
  std::from_chars(given.data(), given.data() + std::min<std::size_t>(given.size(), 6), fixed);
  auto whole = std::floor(value);
  auto rest = has_whole ? value - whole : value;
  constexpr std::array limits = {9L, 99L, 999L, 9999L};
  auto digits = static_cast<std::size_t>(std::clamp(count_digits(tokens, {slash_at, end}), 1, 4));
  Ratio ratio = fixed > 0 ? Ratio{std::lround(rest * static_cast<double>(fixed)), fixed}
                          : near_ratio(rest, limits[digits - 1]);
  if (has_whole && ratio.numerator >= ratio.denominator) {
    whole += 1;
    ratio.numerator -= ratio.denominator;
  }
  std::string out;
  bool is_whole_only = has_whole && ratio.numerator == 0;
  DecimalNumber whole_number(whole);
  whole_number.round(0);
  auto whole_digits = whole_number.whole_digits();
  if (whole_digits.empty() && is_whole_only) whole_digits = "0";
  if (has_whole) append_whole(tokens, {0, numerator_at}, whole_digits, section.is_grouped, out);
  if (!has_whole)
    for (std::size_t i = 0; i < numerator_at; ++i) append_other(tokens[i], out);
  if (!is_whole_only)
    out += std::to_string(ratio.numerator) + "/" + std::to_string(ratio.denominator);
  for (auto i = end; i < tokens.size(); ++i) append_other(tokens[i], out);
  return out;
}

std::string show_section(const FormatSection& section, double value) {
  const auto& tokens = section.tokens;
  if (auto slash = find_kind(tokens, Kind::slash); slash < tokens.size() && slash > 0)
    return show_ratio(section, value, slash);
  if (find_kind(tokens, Kind::general) < tokens.size()) {
    std::string out;
    for (const auto& token : tokens) {
      if (token.kind == Kind::general) out += show_general(value);
      append_other(token, out);
    }
    return out;
  }
  return show_decimal(section, value);
}

bool has_places(const FormatSection& section) {
  return std::ranges::any_of(section.tokens, [](const FormatToken& token) {
    return token.kind == Kind::digit || token.kind == Kind::general;
  });
}

}  // namespace

std::string show_general(double value) {
  if (!std::isfinite(value)) return {};
  if (value < 0) return "-" + show_general(-value);
  if (value == std::floor(value) && value < whole_number_max)
    return std::to_string(static_cast<long long>(value));
  static const auto powers = parse_number_format("0.#####E+00");
  auto show_power = [value] {
    auto shown = show_section(powers.front(), value);
    auto point = shown.find(".E");
    return point == std::string::npos ? shown : shown.erase(point, 1);
  };
  constexpr int digits_max = 10;
  DecimalNumber number(value);
  int exponent = number.exponent();
  if (exponent >= digits_max + 1 || exponent < -9) return show_power();
  if (exponent < -4) {
    auto rounded = number;
    rounded.round(9);
    bool is_exact = rounded.fraction_digits(15) == number.fraction_digits(15);
    if (!is_exact) return show_power();
  }
  number.round(exponent >= 0 ? std::max(digits_max - exponent - 1, 0) : digits_max - 1);
  auto whole = number.whole_digits();
  auto fraction = number.fraction_digits(digits_max);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return (whole.empty() ? "0" : whole) + (fraction.empty() ? "" : "." + fraction);
}

NumberFormat::NumberFormat(std::string_view code) {
  sections_ = parse_number_format(code);
  bool has_text_section =
      sections_.size() == 4 ||
      (sections_.size() > 1 && sections_.back().has_text && !has_places(sections_.back()));
  if (has_text_section || (sections_.size() == 1 && sections_.front().has_text)) {
    text_section_.push_back(sections_.back());
    sections_.pop_back();
  }
  const auto* only = sections_.size() == 1 ? &sections_.front() : nullptr;
  bool is_plain =
      only != nullptr && only->tokens.size() == 1 && only->tokens.front().kind == Kind::general;
  if (is_plain) sections_.clear();
}

bool NumberFormat::is_date() const { return !sections_.empty() && sections_.front().is_date; }

NumberFormat::Choice NumberFormat::choose(double value) const {
  const auto& first = sections_.front();
  bool is_negative = value < 0;
  bool has_condition = first.condition != Condition::none ||
                       (sections_.size() > 1 && sections_[1].condition != Condition::none);
  if (has_condition) {
    for (const auto& section : sections_)
      if (is_met(section, value))
        return {.section = &section, .shows_minus = is_negative && !is_for_negatives(section)};
    return {.section = nullptr, .shows_minus = is_negative};
  }
  if (sections_.size() == 1) return {.section = &first, .shows_minus = is_negative};
  if (is_negative) return {.section = &sections_[1], .shows_minus = false};
  if (value == 0 && sections_.size() > 2) return {.section = &sections_[2], .shows_minus = false};
  return {.section = &first, .shows_minus = false};
}

std::string NumberFormat::show(double value, bool is_1904) const {
  if (!std::isfinite(value)) return {};
  if (sections_.empty()) return show_general(value);
  auto choice = choose(value);
  if (choice.section == nullptr) return show_general(value);
  const auto& section = *choice.section;
  if (section.is_date) {
    auto days = value + (is_1904 ? days_from_1900_to_1904 : 0);
    if (days < 0 || days >= days_max) return show_general(value);
    return std::string(trim(show_date(section, days)));
  }
  auto shown = show_section(section, std::fabs(value));
  // A negative number that rounds to nothing has no sign.
  bool is_nothing = shown.find_first_of("123456789") == std::string::npos && has_places(section);
  std::string sign = choice.shows_minus && !is_nothing ? "-" : "";
  return sign + std::string(trim(shown));
}

std::string NumberFormat::show_text(std::string_view text) const {
  if (text_section_.empty()) return std::string(text);
  std::string out;
  for (const auto& token : text_section_.front().tokens) {
    if (token.kind == Kind::text) out += text;
    append_other(token, out);
  }
  return out;
}

}  // namespace aiva::documents
