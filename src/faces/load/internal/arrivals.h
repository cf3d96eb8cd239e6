#pragma once

#include <chrono>

namespace aiva::load {

// When requests fall due at a rate that changes: evenly apart. Pure arithmetic.
class Arrivals {
 public:
  explicit Arrivals(std::chrono::steady_clock::time_point begin) : at_(begin) {}

  [[nodiscard]] std::chrono::steady_clock::time_point at() const { return at_; }
  // Goes on by at most 10 ms, during which the rate, in requests a second, is taken for constant.
  // Whether a request falls due at the end of that.
  bool advance(double rate);

 private:
  std::chrono::steady_clock::time_point at_;
  double owed_ = 0;  // of a request
};

}  // namespace aiva::load
