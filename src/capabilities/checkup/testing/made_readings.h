#pragma once

#include <string>
#include <string_view>

#include "capabilities/checkup/exposition.h"

namespace aiva::checkup {

// Readings ten seconds apart, of metrics as text.
inline LiveReadings made_readings(std::string_view first, std::string_view second) {
  auto before = Exposition::parse(first);
  auto after = Exposition::parse(second);
  AIVA_ASSERT(before && after);
  return {.first = std::move(*before), .second = std::move(*after), .seconds = 10};
}

// The same of a server that shows what it showed before and did nothing.
inline LiveReadings made_readings(std::string_view text) { return made_readings(text, text); }

// A histogram of a hundred values that all took about so long.
inline std::string made_times(const std::string& name, const std::string& labels, double seconds) {
  auto with = labels.empty() ? std::string() : labels + ",";
  auto bucket = [&](const std::string& bound, int count) {
    return name + "_bucket{" + with + "le=\"" + bound + "\"} " + std::to_string(count) + "\n";
  };
  return bucket(std::to_string(seconds * 0.9), 0) + bucket(std::to_string(seconds), 100) +
         bucket("+Inf", 100);
}

}  // namespace aiva::checkup
