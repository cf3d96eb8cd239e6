#include "documents/formats/xlsx_decimal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace aiva::documents {
namespace {

constexpr int digits_max = 15;

void drop_zeros_at_end(std::string& digits) {
  auto last = digits.find_last_not_of('0');
  digits.erase(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

DecimalNumber::DecimalNumber(double value) {
  std::array<char, 40> text{};
  // d.dddddddddddddde±xx
  std::snprintf(text.data(), text.size(), "%.*e", digits_max - 1, value);
  std::string all(text.data());
  auto e = all.find('e');
  digits_ = all.substr(0, 1) + all.substr(2, e - 2);
  point_ = std::atoi(all.c_str() + e + 1) + 1;
  drop_zeros_at_end(digits_);
}

void DecimalNumber::round(int places) {
  int keep = point_ + places;
  if (keep >= static_cast<int>(digits_.size())) return;
  bool is_up = keep >= 0 && digits_[static_cast<std::size_t>(keep)] >= '5';
  digits_.resize(static_cast<std::size_t>(std::max(keep, 0)));
  if (is_up) {
    auto nine = digits_.find_last_not_of('9');
    if (nine == std::string::npos) {
      digits_ = "1";
      ++point_;
      return;
    }
    digits_.resize(nine + 1);
    ++digits_[nine];
  }
  drop_zeros_at_end(digits_);
}

std::string DecimalNumber::whole_digits() const {
  if (is_zero() || point_ <= 0) return {};
  auto count = static_cast<std::size_t>(point_);
  auto whole = digits_.substr(0, count);
  whole.append(count - whole.size(), '0');
  return whole;
}

std::string DecimalNumber::fraction_digits(int places) const {
  std::string fraction;
  for (int i = 0; i < places; ++i) {
    int at = point_ + i;
    bool is_given = !is_zero() && at >= 0 && at < static_cast<int>(digits_.size());
    fraction += is_given ? digits_[static_cast<std::size_t>(at)] : '0';
  }
  return fraction;
}

}  // namespace aiva::documents
