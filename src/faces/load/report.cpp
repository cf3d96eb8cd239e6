#include "faces/load/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace aiva::load {
namespace {

constexpr std::string_view probe = ".aiva-load";

std::shared_ptr<const Figures> kept(const Figures& figures) {
  return std::make_shared<const Figures>(figures);
}

double milliseconds(std::uint64_t micros) { return static_cast<double>(micros) / 1000; }

void put_row(std::string& text, const Row& row) {
  const auto& figures = *row.figures;
  auto at = [&figures](double share) { return milliseconds(figures.latency.percentile(share)); };
  fmt::format_to(std::back_inserter(text),
                 "  {:<14} {:>9} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>8.3f} %\n",
                 row.name, figures.requests,
                 row.seconds > 0 ? static_cast<double>(figures.requests) / row.seconds : 0, at(0.5),
                 at(0.95), at(0.99), milliseconds(figures.latency.max()), figures.error_percent());
}

Result<void> write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (!stream)
    return fail(ErrorCode::unavailable, fmt::format("{} cannot be written", file.string()));
  return {};
}

std::vector<Verdict> judge(const Plan& plan, const Tally& tally, const Row& total) {
  std::vector<Verdict> verdicts;
  for (const auto& threshold : plan.thresholds) {
    const auto& figures = threshold.operation ? tally.of(*threshold.operation) : *total.figures;
    auto value = value_of(threshold.metric, figures, total.seconds);
    // What was never asked for has kept no promise.
    bool is_missing = figures.requests == 0;
    verdicts.push_back({.threshold = threshold,
                        .value = value,
                        .is_crossed = is_missing || is_crossed(threshold, value)});
  }
  return verdicts;
}

}  // namespace

bool Report::is_crossed() const { return std::ranges::any_of(verdicts, &Verdict::is_crossed); }

double seconds_of(const Scenario& scenario, std::size_t phase, std::chrono::duration<double> gone) {
  std::chrono::duration<double> begin{};
  for (std::size_t i = 0; i < phase; ++i) begin += scenario.phases[i].length;
  std::chrono::duration<double> whole = scenario.phases[phase].length;
  return std::clamp(gone - begin, std::chrono::duration<double>{}, whole).count();
}

Report make_report(const Plan& plan, const Tally& tally, std::chrono::duration<double> length) {
  Report report{.url = fmt::format("http://{}{}", plan.target.authority, plan.target.prefix),
                .scenario = plan.scenario.name,
                .profile = plan.profile,
                .rate = plan.rate,
                .users = users_most(plan.scenario),
                .connections = plan.clients(),
                .think_time = plan.think_time,
                .seed = plan.seed,
                .seconds = tally.seconds()};
  double measured = 0;
  for (std::size_t i = 0; i < plan.scenario.phases.size(); ++i) {
    const auto& phase = plan.scenario.phases[i];
    auto seconds = seconds_of(plan.scenario, i, length);
    if (!phase.is_warm_up) measured += seconds;
    const auto& figures = tally.of_phase(i);
    if (figures.requests > 0)
      report.phases.push_back({.name = phase.name,
                               .seconds = seconds,
                               .users = phase.users_to,
                               .is_warm_up = phase.is_warm_up,
                               .figures = kept(figures)});
  }
  report.total = {.name = "all", .seconds = measured, .figures = kept(tally.total())};
  for (std::size_t i = 0; i < operation_count; ++i) {
    auto operation = static_cast<Operation>(i);
    const auto& figures = tally.of(operation);
    if (figures.requests > 0)
      report.operations.push_back(
          {.name = std::string(name_of(operation)), .seconds = measured, .figures = kept(figures)});
  }
  report.verdicts = judge(plan, tally, report.total);
  return report;
}

std::string report_as_text(const Report& report) {
  auto text = fmt::format("{}: {}, {}, {:.0f} s measured\n", report.url, report.scenario,
                          report.profile, report.total.seconds);
  text += fmt::format("  {:<14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n", "", "requests", "/s",
                      "p50 ms", "p95 ms", "p99 ms", "max ms", "errors");
  for (const auto& row : report.operations) put_row(text, row);
  put_row(text, report.total);
  if (report.phases.size() > 2) {
    text += "  by phase\n";
    for (const auto& row : report.phases) put_row(text, row);
  }
  const auto& outcomes = report.total.figures->outcomes;
  for (std::size_t i = 1; i < outcome_count; ++i)
    if (outcomes[i] > 0)
      text += fmt::format("  {}: {}\n", name_of(static_cast<Outcome>(i)), outcomes[i]);
  const auto& words = report.total.figures->first_words;
  if (words.count() > 0)
    text += fmt::format("  first words of an answer: p50 {:.1f}, p95 {:.1f}, p99 {:.1f} ms\n",
                        milliseconds(words.percentile(0.5)), milliseconds(words.percentile(0.95)),
                        milliseconds(words.percentile(0.99)));
  text += fmt::format("  the generator used {:.1f} s of CPU\n", report.generator_cpu_seconds);
  for (const auto& note : report.notes) text += fmt::format("  {}\n", note);
  for (const auto& verdict : report.verdicts)
    text += fmt::format("  {} {}: it is {:.3f}\n", verdict.is_crossed ? "FAILED" : "kept",
                        verdict.threshold.text, verdict.value);
  return text;
}

Result<void> prepare_report_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto file = folder / probe;
  auto written = write_file(file, {});
  std::filesystem::remove(file, error);
  if (!written)
    return fail(ErrorCode::invalid,
                fmt::format("The report cannot be written into {}", folder.string()));
  return {};
}

Result<void> write_report(const std::filesystem::path& folder, const Report& report) {
  TRY_VOID(write_file(folder / "report.json", report_as_json(report)));
  TRY_VOID(write_file(folder / "seconds.csv", seconds_as_csv(report)));
  TRY_VOID(write_file(folder / "operations.csv", operations_as_csv(report)));
  return write_file(folder / "report.html", report_as_html(report));
}

}  // namespace aiva::load
