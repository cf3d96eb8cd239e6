#pragma once

#include <span>
#include <string>
#include <string_view>

#include "capabilities/checkup/exposition.h"
#include "capabilities/checkup/finding.h"
#include "capabilities/checkup/internal/readings.h"

namespace aiva::checkup {

// Where a figure begins to be a worry.
struct Threshold {
  CheckName name{};
  Reading (*read)(const LiveReadings&) = nullptr;
  double warning = 0;       // beyond it
  double failure = 0;       // the same
  bool is_floor = false;    // less is worse
  std::string_view unit{};  // s | % | a number
  std::string_view remedy{};
};

std::span<const Threshold> thresholds();

Finding judge(const Threshold& threshold, const LiveReadings& readings);

// "350.0 ms", "1.20 s", "62.0 %", "3".
std::string format_reading(double value, std::string_view unit);

}  // namespace aiva::checkup
