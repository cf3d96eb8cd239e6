#include "ports/storefront.h"

#include <algorithm>

namespace aiva {
namespace {

constexpr std::int64_t micros_per_unit = 1'000'000;
constexpr std::size_t micro_digits = 6;
// The most whole units whose millionths, and one more for rounding, fit.
constexpr std::int64_t whole_max = INT64_MAX / micros_per_unit - 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> parse_whole(std::string_view digits) {
  std::int64_t whole = 0;
  for (char c : digits) {
    whole = whole * 10 + (c - '0');
    if (whole > whole_max) return std::nullopt;
  }
  return whole;
}

// Of the digits behind the point; the seventh rounds.
std::int64_t parse_fraction(std::string_view digits) {
  std::int64_t micros = 0;
  for (std::size_t at = 0; at < micro_digits; ++at)
    micros = micros * 10 + (at < digits.size() ? digits[at] - '0' : 0);
  bool rounds_up = digits.size() > micro_digits && digits[micro_digits] >= '5';
  return micros + (rounds_up ? 1 : 0);
}

}  // namespace

std::optional<MicroMoney> parse_money(std::string_view text) {
  bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  auto point = text.find('.');
  bool has_point = point != std::string_view::npos;
  auto whole_digits = text.substr(0, point);
  auto fraction_digits = has_point ? text.substr(point + 1) : std::string_view();
  if (whole_digits.empty() || (has_point && fraction_digits.empty())) return std::nullopt;
  bool is_decimal =
      std::ranges::all_of(whole_digits, is_digit) && std::ranges::all_of(fraction_digits, is_digit);
  if (!is_decimal) return std::nullopt;
  auto whole = parse_whole(whole_digits);
  if (!whole) return std::nullopt;
  auto micros = *whole * micros_per_unit + parse_fraction(fraction_digits);
  return is_negative ? -micros : micros;
}

std::string money_text(MicroMoney amount) {
  auto magnitude = static_cast<std::uint64_t>(amount);
  if (amount < 0) magnitude = 0 - magnitude;
  constexpr auto unit = static_cast<std::uint64_t>(micros_per_unit);
  auto fraction = std::to_string(magnitude % unit);
  fraction.insert(0, micro_digits - fraction.size(), '0');
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return (amount < 0 ? "-" : "") + std::to_string(magnitude / unit) + "." + fraction;
}

std::string_view to_string(ProductState state) {
  switch (state) {
    case ProductState::active: return "active";
    case ProductState::draft: return "draft";
    case ProductState::archived: return "archived";
  }
  return "active";
}

std::optional<ProductState> parse_product_state(std::string_view text) {
  for (auto state : {ProductState::active, ProductState::draft, ProductState::archived})
    if (text == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace aiva
