#pragma once

#include <functional>
#include <string>
#include <vector>

#include "foundation/result.h"

namespace aiva::cli {

// One thing that must hold for AIVA to work here; the text says what was found.
struct Check {
  std::string name;
  std::function<Result<std::string>()> run;
};

// Runs the checks in order and prints each outcome; 1 when any fails.
int run_doctor(const std::vector<Check>& checks, bool is_json);

}  // namespace aiva::cli
