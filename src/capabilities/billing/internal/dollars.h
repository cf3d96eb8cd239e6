#pragma once

#include <cstdio>
#include <string>

#include "capabilities/billing/types.h"

namespace aiva::billing {

// US dollars with six places, as errors and reports say them.
inline std::string in_dollars(MicroUsd amount) {
  char text[40];
  int length = std::snprintf(text, sizeof text, "%.6f", static_cast<double>(amount) / 1e6);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace aiva::billing
