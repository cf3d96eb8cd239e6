#pragma once

#include <functional>
#include <string>
#include <vector>

#include "capabilities/checkup/finding.h"
#include "foundation/result.h"

namespace aiva::cli {

// One thing that must hold for AIVA to work here.
struct Check {
  std::string title;
  std::function<checkup::Finding()> run;
};

// A check that passes with a text, or fails with an error, whose sentence names the remedy.
Check plain_check(std::string id, std::string title, std::function<Result<std::string>()> run);

// Runs the checks in order and prints each finding; 1 when any fails.
int run_doctor(const std::vector<Check>& checks, bool is_json);

// Prints findings that are there already; the same exit code.
int print_findings(const std::vector<checkup::Finding>& findings, bool is_json);

// A finding as lines for people, its remedy below it; `time_ms` is shown where it is not negative.
std::string format_finding(const checkup::Finding& finding, double time_ms);

}  // namespace aiva::cli
