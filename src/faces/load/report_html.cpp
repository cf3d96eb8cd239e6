#include <fmt/format.h>

#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include "faces/load/internal/svg_plot.h"
#include "faces/load/report.h"

namespace aiva::load {
namespace {

constexpr std::size_t points_max = 600;

constexpr std::string_view page_begin = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test</title>
<style>
:root { color-scheme: light dark; --ink: #1d2430; --dim: #5b6675; --line: #d9dee6; --bad: #b42318;
  --a: #1f6feb; --b: #b35900; --c: #8a3ffc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #9aa5b4; --line: #3a4352;
  --bad: #ff8a7a; --a: #6cb0ff; --b: #ffb45e; --c: #c6a0ff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 960px; margin: 2rem auto;
  padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
td { font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
.bad { color: var(--bad); font-weight: 600; }
svg { width: 100%; height: auto; margin: 1rem 0; }
svg text { font-size: 12px; fill: var(--dim); }
svg .title { font-size: 14px; font-weight: 600; fill: var(--ink); }
svg .grid { stroke: var(--line); }
polyline { fill: none; stroke-width: 1.5; }
.a { stroke: var(--a); } .b { stroke: var(--b); } .c { stroke: var(--c); }
</style>
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

double milliseconds(std::uint64_t micros) { return static_cast<double>(micros) / 1000; }

using Pick = std::function<double(const SecondLine&)>;

Line line_of(const Report& report, std::string name, std::string style, const Pick& pick) {
  std::vector<double> values;
  values.reserve(report.seconds.size());
  for (const auto& second : report.seconds) values.push_back(pick(second));
  return {
      .name = std::move(name), .style = std::move(style), .values = thinned(values, points_max)};
}

std::string plots_of(const Report& report) {
  auto seconds = static_cast<double>(report.seconds.size());
  auto time = [&report](std::string name, std::string style, std::uint64_t SecondLine::* member) {
    return line_of(report, std::move(name), std::move(style),
                   [member](const SecondLine& line) { return milliseconds(line.*member); });
  };
  std::string text =
      draw({.title = "Latency",
            .unit = "ms, logarithmic",
            .seconds = seconds,
            .is_logarithmic = true,
            .lines = {time("p50", "a", &SecondLine::p50_us), time("p95", "b", &SecondLine::p95_us),
                      time("p99", "c", &SecondLine::p99_us)}});
  text += draw({.title = "Throughput",
                .unit = "requests ended in a second",
                .seconds = seconds,
                .lines = {line_of(report, "requests", "a",
                                  [](const SecondLine& line) { return line.requests; })}});
  text += draw({.title = "Errors",
                .unit = "in a second",
                .seconds = seconds,
                .lines = {line_of(report, "errors", "b",
                                  [](const SecondLine& line) { return line.errors; })}});
  text += draw({.title = report.rate > 0 ? "Connections in use" : "Users",
                .unit = "at the end of each second",
                .seconds = seconds,
                .lines = {line_of(report, report.rate > 0 ? "connections" : "users", "c",
                                  [](const SecondLine& line) { return line.users; })}});
  return text;
}

void put_table(std::string& text, std::string_view caption, const std::vector<Row>& rows) {
  fmt::format_to(std::back_inserter(text),
                 "<table><caption>{}</caption><tr><th scope=\"col\">&nbsp;</th>", caption);
  for (std::string_view head :
       {"requests", "/s", "p50 ms", "p90 ms", "p95 ms", "p99 ms", "p99.9 ms", "max ms", "errors %"})
    fmt::format_to(std::back_inserter(text), "<th scope=\"col\">{}</th>", head);
  text += "</tr>\n";
  for (const auto& row : rows) {
    const auto& figures = *row.figures;
    fmt::format_to(std::back_inserter(text), "<tr><td>{}{}</td><td>{}</td><td>{:.1f}</td>",
                   escaped(row.name), row.is_warm_up ? " (not counted)" : "", figures.requests,
                   row.seconds > 0 ? static_cast<double>(figures.requests) / row.seconds : 0);
    for (double share : {0.5, 0.9, 0.95, 0.99, 0.999})
      fmt::format_to(std::back_inserter(text), "<td>{:.1f}</td>",
                     milliseconds(figures.latency.percentile(share)));
    fmt::format_to(std::back_inserter(text), "<td>{:.1f}</td><td{}>{:.3f}</td></tr>\n",
                   milliseconds(figures.latency.max()),
                   figures.errors() > 0 ? " class=\"bad\"" : "", figures.error_percent());
  }
  text += "</table>\n";
}

void put_outcomes(std::string& text, const Figures& figures) {
  if (figures.errors() == 0) return;
  text += "<table><caption>Errors by kind</caption>\n";
  for (std::size_t i = 1; i < outcome_count; ++i)
    if (figures.outcomes[i] > 0)
      fmt::format_to(std::back_inserter(text), "<tr><td>{}</td><td>{}</td></tr>\n",
                     name_of(static_cast<Outcome>(i)), figures.outcomes[i]);
  text += "</table>\n";
}

void put_verdicts(std::string& text, const std::vector<Verdict>& verdicts) {
  if (verdicts.empty()) return;
  text += "<table><caption>Thresholds</caption>\n";
  for (const auto& verdict : verdicts)
    fmt::format_to(std::back_inserter(text), "<tr><td>{}</td><td>{:.3f}</td><td{}>{}</td></tr>\n",
                   escaped(verdict.threshold.text), verdict.value,
                   verdict.is_crossed ? " class=\"bad\"" : "",
                   verdict.is_crossed ? "crossed" : "kept");
  text += "</table>\n";
}

std::string summary_of(const Report& report) {
  auto model =
      report.rate > 0
          ? fmt::format(
                "open model, {:g} requests a second at most over {} connections, "
                "latencies from when a request fell due",
                report.rate, report.connections)
          : fmt::format("closed model, {:g} users at most who think {} to {} ms", report.users,
                        report.think_time.least.count(), report.think_time.most.count());
  return fmt::format(
      "<h1>Load test: {}, {}</h1>\n<p>{}, {}. {}. {:.0f} s measured; the end: {}. The generator "
      "used {:.1f} s of CPU.</p>\n",
      escaped(report.scenario), escaped(report.profile), escaped(report.url),
      to_iso8601(report.started_at), model, report.total.seconds, escaped(report.ending),
      report.generator_cpu_seconds);
}

}  // namespace

std::string report_as_html(const Report& report) {
  std::string text(page_begin);
  text += summary_of(report);
  auto rows = report.operations;
  rows.push_back(report.total);
  put_table(text, "By operation", rows);
  put_outcomes(text, *report.total.figures);
  put_verdicts(text, report.verdicts);
  for (const auto& note : report.notes) text += "<p>" + escaped(note) + "</p>\n";
  text += plots_of(report);
  put_table(text, "By phase", report.phases);
  text += "</html>\n";
  return text;
}

}  // namespace aiva::load
