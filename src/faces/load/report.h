#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faces/load/plan.h"
#include "faces/load/tally.h"
#include "foundation/result.h"
#include "foundation/time.h"

namespace aiva::load {

// A row of a report: what of the load, and its figures.
struct Row {
  std::string name{};
  double seconds = 0;  // in which it was measured
  double users = 0;    // of a phase, at its end
  bool is_warm_up = false;
  std::shared_ptr<const Figures> figures{};  // large, and read only
};

struct Verdict {
  Threshold threshold{};
  double value = 0;
  bool is_crossed = false;
};

// What a load came to. Rows without a request are left out.
struct Report {
  std::string url{};
  std::string scenario{};
  std::string profile{};
  double rate = 0;  // 0: closed model
  double users = 0;
  std::size_t connections = 0;
  ThinkTime think_time{};
  std::uint64_t seed = 0;
  UnixMs started_at = 0;
  std::string ending = "whole";  // whole, interrupted, service_failed
  Row total{};
  std::vector<Row> operations{};
  std::vector<Row> phases{};
  std::vector<SecondLine> seconds{};
  std::vector<Verdict> verdicts{};
  double generator_cpu_seconds = 0;
  double generator_lag_p99_ms = 0;  // open model
  std::vector<std::string> notes{};

  [[nodiscard]] bool is_crossed() const;
};

// How long of a phase has passed, in seconds, when the scenario has gone on for so long.
double seconds_of(const Scenario& scenario, std::size_t phase, std::chrono::duration<double> gone);

// Makes the rows and verdicts.
Report make_report(const Plan& plan, const Tally& tally, std::chrono::duration<double> length);

std::string report_as_text(const Report& report);
std::string report_as_json(const Report& report);
std::string seconds_as_csv(const Report& report);
std::string operations_as_csv(const Report& report);
// One page that needs nothing else: tables and plots as SVG.
std::string report_as_html(const Report& report);

// Makes the folder. Fails with `invalid` when nothing can be written there.
Result<void> prepare_report_folder(const std::filesystem::path& folder);
// Writes report.json, seconds.csv, operations.csv and report.html. Fails with `unavailable`.
Result<void> write_report(const std::filesystem::path& folder, const Report& report);

}  // namespace aiva::load
