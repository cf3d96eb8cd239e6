#pragma once

#include <array>
#include <string>
#include <string_view>

namespace aiva::documents {

inline constexpr int list_levels = 10;

enum class NumberLook {
  decimal,
  decimal_with_zero,
  upper_roman,
  lower_roman,
  upper_letter,
  lower_letter,
  none
};

// The number as it is printed: 4 is "4", "04", "IV", "iv", "D" or "d".
std::string write_number(int number, NumberLook look);

// Counts the items of one list, level by level.
class ListCounters {
 public:
  // The next item at `level` (from 0), whose first has the number `start`; deeper levels begin
  // anew.
  void advance(int level, int start);
  // The next item at `level` will have this number.
  void restart(int level, int number);
  // The number of the last item at that level; `start` where there was none.
  [[nodiscard]] int at(int level, int start) const;

 private:
  struct Counter {
    int number = 0;
    bool is_started = false;
    bool is_set = false;  // to the number of the next item
  };
  std::array<Counter, list_levels> counters_{};
};

}  // namespace aiva::documents
