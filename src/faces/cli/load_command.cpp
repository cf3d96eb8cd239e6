#include "faces/cli/load_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "faces/cli/output.h"
#include "faces/load/load.h"
#include "faces/load/tables.h"

namespace aiva::cli {
namespace {

constexpr load::Milliseconds shortest{1000};
// Connections of the open model, unless told: a tenth of a second of requests each way at most.
constexpr double connections_least = 64;
constexpr double connections_most = 2000;
constexpr int interrupted = 130;

template <class Item>
std::string names_of(std::span<const Item> items) {
  std::string names;
  for (const auto& item : items) names += (names.empty() ? "" : ", ") + item.name;
  return names;
}

Result<load::Scenario> read_scenario(const LoadArguments& arguments) {
  const auto* scenario = load::find_scenario(arguments.scenario);
  if (scenario == nullptr)
    return fail(invalid_field("--scenario",
                              fmt::format("must be one of {}", names_of(load::all_scenarios()))));
  std::optional<load::Milliseconds> length;
  if (!arguments.duration.empty()) {
    TRY(length, load::parse_length(arguments.duration));
    if (*length < shortest) return fail(invalid_field("--duration", "must be a second at least"));
  }
  std::optional<double> users;
  if (arguments.users > 0) users = arguments.users;
  return load::scaled(*scenario, users, length);
}

Result<load::Mix> read_mix(const LoadArguments& arguments) {
  if (!arguments.mix.empty()) return load::parse_mix(arguments.mix);
  const auto* profile = load::find_profile(arguments.profile);
  if (profile == nullptr)
    return fail(invalid_field("--profile", "must be one of " + names_of(load::all_profiles())));
  return profile->per_minute;
}

// A header's value: what else it held would be more headers.
bool is_visible(const std::string& key) {
  return std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7F'; });
}

void show_second(const load::SecondLine& line, std::string_view phase) {
  auto milliseconds = [](std::uint64_t micros) { return static_cast<double>(micros) / 1000; };
  std::fprintf(stderr, "%5u s  %-10.*s %5.0f users %6u /s  p50 %7.1f  p95 %7.1f  p99 %7.1f ms",
               line.second, static_cast<int>(phase.size()), phase.data(), line.users, line.requests,
               milliseconds(line.p50_us), milliseconds(line.p95_us), milliseconds(line.p99_us));
  if (line.errors > 0) std::fprintf(stderr, "  %u errors", line.errors);
  std::fputc('\n', stderr);
}

void say(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

int show(const load::Report& report, const load::Plan& plan, bool is_json) {
  auto text = is_json ? report_as_json(report) : report_as_text(report);
  std::fputs(text.c_str(), stdout);
  if (!plan.report_folder.empty()) {
    if (auto written = write_report(plan.report_folder, report); !written) {
      cli::report(written.error());
      return 1;
    }
    say(fmt::format("The report is {}", (plan.report_folder / "report.html").string()));
  }
  if (report.ending == "interrupted") return interrupted;
  return report.is_crossed() || report.total.figures->requests == 0 ? 1 : 0;
}

}  // namespace

Result<load::Plan> read_load_plan(const LoadArguments& arguments) {
  load::Plan plan{.key = arguments.key,
                  .profile = arguments.mix.empty() ? arguments.profile : arguments.mix,
                  .rate = arguments.rate,
                  .documents = static_cast<std::size_t>(arguments.documents),
                  .seed = arguments.seed,
                  .keeps = arguments.keeps,
                  .report_folder = arguments.report_folder};
  TRY(plan.target, load::parse_target(arguments.url));
  TRY(plan.scenario, read_scenario(arguments));
  TRY(plan.mix, read_mix(arguments));
  TRY(plan.think_time, load::parse_think_time(arguments.think_time));
  TRY(plan.timeout, load::parse_length(arguments.timeout));
  if (plan.timeout < load::Milliseconds(1))
    return fail(invalid_field("--timeout", "must be a millisecond at least"));
  if (!is_visible(plan.key)) return fail(invalid_field("--key", "has characters that no key has"));
  auto connections = std::clamp(arguments.rate / 10, connections_least, connections_most);
  plan.connections = static_cast<std::size_t>(arguments.connections > 0 ? arguments.connections
                                                                        : std::lround(connections));
  for (const auto& text : arguments.thresholds) {
    TRY(auto threshold, load::parse_threshold(text));
    plan.thresholds.push_back(std::move(threshold));
  }
  if (!plan.report_folder.empty()) TRY_VOID(load::prepare_report_folder(plan.report_folder));
  return plan;
}

int run_load(const LoadArguments& arguments, bool is_json) {
  if (arguments.is_list) {
    std::printf("%s\n", load::tables_as_json().c_str());
    return 0;
  }
  auto plan = read_load_plan(arguments);
  if (!plan) return cli::report(plan.error());
  load::Listener listener{.say = say};
  if (!arguments.is_quiet) listener.on_second = show_second;
  auto report = load::run_load(*plan, listener);
  if (report) return show(*report, *plan, is_json);
  cli::report(report.error());
  return 1;
}

}  // namespace aiva::cli
