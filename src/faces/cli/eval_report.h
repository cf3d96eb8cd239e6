#pragma once

#include <string>
#include <vector>

#include "capabilities/evaluation/report.h"
#include "faces/cli/eval_bars.h"

namespace aiva::cli {

// The report for a person: tables of at most 110 columns.
std::string eval_table(const evaluation::Report& report, const std::vector<BarOutcome>& bars);

// The report for programs; docs/guides/evaluation.md describes both forms.
std::string eval_json(const evaluation::Report& report, const std::vector<BarOutcome>& bars);
// One row for each question of each run.
std::string eval_csv(const evaluation::Report& report);

// What a setting is called in a report.
std::string setting_name(const evaluation::Setting& setting);

}  // namespace aiva::cli
