#pragma once

#include <string>

namespace aiva::documents {

// A number as the decimal digits a spreadsheet keeps of it: fifteen.
class DecimalNumber {
 public:
  // `value` must be finite and not negative.
  explicit DecimalNumber(double value);

  // The number times ten to the power of `places`.
  void shift(int places) { point_ += places; }
  // How often ten goes into the number: 0 for 1…9, 2 for 100…999; 0 for zero.
  [[nodiscard]] int exponent() const { return is_zero() ? 0 : point_ - 1; }
  [[nodiscard]] bool is_zero() const { return digits_.empty(); }

  // Rounds half away from zero to that many places behind the point.
  void round(int places);
  // Digits before the point, empty when there are none but zeros; and `places` digits behind it.
  [[nodiscard]] std::string whole_digits() const;
  [[nodiscard]] std::string fraction_digits(int places) const;

 private:
  std::string digits_;  // without zeros at both ends
  int point_ = 0;       // how many digits stand before the point; may be negative
};

}  // namespace aiva::documents
