#include "faces/cli/doctor_command.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "faces/cli/output.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using checkup::Finding;
using checkup::Outcome;

constexpr std::size_t title_width = 36;

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "ok";
    case Outcome::warn: return "warn";
    case Outcome::fail: return "FAIL";
    case Outcome::skipped: return "skip";
  }
  return "";
}

// Prints findings one after another and counts the failures.
class Report {
 public:
  explicit Report(bool is_json) : is_json_(is_json) { writer_.begin_array(); }

  void add(const Finding& finding, double time_ms) {
    ++counts_[static_cast<std::size_t>(finding.outcome)];
    if (is_json_) return add_json(finding, time_ms);
    std::fputs(format_finding(finding, time_ms).c_str(), stdout);
    std::fflush(stdout);
  }

  int finish() {
    writer_.end_array();
    auto count = [this](Outcome outcome) { return counts_[static_cast<std::size_t>(outcome)]; };
    if (is_json_)
      std::printf("%s\n", text_.c_str());
    else
      std::printf("%d ok, %d warnings, %d failed, %d skipped\n", count(Outcome::pass),
                  count(Outcome::warn), count(Outcome::fail), count(Outcome::skipped));
    return count(Outcome::fail) == 0 ? 0 : 1;
  }

 private:
  void add_json(const Finding& finding, double time_ms) {
    writer_.begin_object().field("id", finding.id).field("check", finding.title);
    writer_.field("outcome", checkup::to_string(finding.outcome));
    writer_.field("is_ok", finding.outcome != Outcome::fail).field("found", finding.evidence);
    writer_.field("remedy", finding.remedy).field("source", finding.source);
    if (time_ms >= 0) writer_.field("time_ms", time_ms);
    writer_.end_object();
  }

  bool is_json_;
  int counts_[4] = {};
  std::string text_{};
  JsonWriter writer_{text_};
};

}  // namespace

Check plain_check(std::string id, std::string title, std::function<Result<std::string>()> run) {
  auto finding = [id, title, run = std::move(run)]() -> Finding {
    auto outcome = run();
    const checkup::CheckName name{.id = id, .title = title};
    return outcome ? checkup::pass(name, *outcome)
                   : checkup::fault(name, describe(outcome.error()), {});
  };
  return {.title = std::move(title), .run = std::move(finding)};
}

std::string format_finding(const Finding& finding, double time_ms) {
  auto time = time_ms < 0 ? std::string() : fmt::format(" ({:.1f} ms)", time_ms);
  auto text = fmt::format("{:<5} {:<{}} {}{}\n", word_of(finding.outcome), finding.title,
                          title_width, finding.evidence, time);
  if (!finding.remedy.empty())
    text += fmt::format("{:<5} {:<{}} -> {}{}\n", "", "", title_width, finding.remedy,
                        finding.source.empty() ? "" : " [" + finding.source + "]");
  return text;
}

int run_doctor(const std::vector<Check>& checks, bool is_json) {
  using Clock = std::chrono::steady_clock;
  Report report(is_json);
  for (const auto& check : checks) {
    auto began = Clock::now();
    auto finding = check.run();
    report.add(finding, std::chrono::duration<double, std::milli>(Clock::now() - began).count());
  }
  return report.finish();
}

int print_findings(const std::vector<Finding>& findings, bool is_json) {
  Report report(is_json);
  for (const auto& finding : findings) report.add(finding, -1);
  return report.finish();
}

}  // namespace aiva::cli
