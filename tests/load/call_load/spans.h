#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiva::load {

// How long something took, counted in steps of 20 microseconds up to a second.
class Spans {
 public:
  void add(std::chrono::nanoseconds span) {
    auto place = std::clamp<std::int64_t>(span / step, 0, static_cast<std::int64_t>(places) - 1);
    ++counts_[static_cast<std::size_t>(place)];
    ++count_;
    max_ = std::max(max_, span);
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double max_ms() const {
    return std::chrono::duration<double, std::milli>(max_).count();
  }
  [[nodiscard]] double percentile_ms(double share) const {
    auto rank = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_)));
    std::int64_t seen = 0;
    for (std::size_t place = 0; place < places; ++place) {
      seen += counts_[place];
      if (seen >= rank && seen > 0)
        return std::chrono::duration<double, std::milli>(step * (place + 1)).count();
    }
    return 0;
  }

 private:
  static constexpr std::chrono::microseconds step{20};
  static constexpr std::size_t places = 50'000;
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(places);
  std::int64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

}  // namespace aiva::load
