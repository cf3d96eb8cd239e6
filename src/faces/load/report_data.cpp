#include <fmt/format.h>

#include <iterator>

#include "faces/load/report.h"
#include "foundation/json_writer.h"

namespace aiva::load {
namespace {

double milliseconds(std::uint64_t micros) { return static_cast<double>(micros) / 1000; }

double rate_of(const Row& row) {
  return row.seconds > 0 ? static_cast<double>(row.figures->requests) / row.seconds : 0;
}

void write_times(JsonWriter& json, std::string_view name, const Histogram& times) {
  if (times.count() == 0) return;
  json.key(name)
      .begin_object()
      .field("mean", times.mean() / 1000)
      .field("p50", milliseconds(times.percentile(0.5)))
      .field("p90", milliseconds(times.percentile(0.9)))
      .field("p95", milliseconds(times.percentile(0.95)))
      .field("p99", milliseconds(times.percentile(0.99)))
      .field("p999", milliseconds(times.percentile(0.999)))
      .field("max", milliseconds(times.max()))
      .end_object();
}

void write_row(JsonWriter& json, const Row& row, bool is_phase) {
  const auto& figures = *row.figures;
  json.begin_object().field("name", row.name).field("seconds", row.seconds);
  if (is_phase) json.field("users", row.users).field("is_warm_up", row.is_warm_up);
  json.field("requests", figures.requests)
      .field("requests_per_second", rate_of(row))
      .field("bytes_received", figures.bytes)
      .field("errors", figures.errors())
      .field("error_percent", figures.error_percent())
      .field("failed_percent", figures.failed_percent());
  json.key("outcomes").begin_object();
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (figures.outcomes[i] > 0) json.field(name_of(static_cast<Outcome>(i)), figures.outcomes[i]);
  json.end_object();
  write_times(json, "latency_ms", figures.latency);
  write_times(json, "service_ms", figures.service);
  write_times(json, "first_words_ms", figures.first_words);
  json.end_object();
}

void write_rows(JsonWriter& json, std::string_view name, const std::vector<Row>& rows) {
  json.key(name).begin_array();
  for (const auto& row : rows) write_row(json, row, name == "phases");
  json.end_array();
}

void write_verdicts(JsonWriter& json, const std::vector<Verdict>& verdicts) {
  json.key("thresholds").begin_array();
  for (const auto& verdict : verdicts)
    json.begin_object()
        .field("fail_if", verdict.threshold.text)
        .field("value", verdict.value)
        .field("is_crossed", verdict.is_crossed)
        .end_object();
  json.end_array();
}

}  // namespace

std::string report_as_json(const Report& report) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .field("url", report.url)
      .field("scenario", report.scenario)
      .field("profile", report.profile)
      .field("model", report.rate > 0 ? "open" : "closed")
      .field("users", report.users)
      .field("requests_per_second_at_most", report.rate)
      .field("connections", report.connections)
      .field("think_time_ms_least", report.think_time.least.count())
      .field("think_time_ms_most", report.think_time.most.count())
      .field("seed", report.seed)
      .field("started_at", to_iso8601(report.started_at))
      .field("ending", report.ending)
      .field("generator_cpu_seconds", report.generator_cpu_seconds)
      .field("generator_lag_p99_ms", report.generator_lag_p99_ms);
  json.key("total");
  write_row(json, report.total, false);
  write_rows(json, "operations", report.operations);
  write_rows(json, "phases", report.phases);
  write_verdicts(json, report.verdicts);
  json.key("notes").begin_array();
  for (const auto& note : report.notes) json.value(note);
  json.end_array().end_object();
  text += '\n';
  return text;
}

std::string seconds_as_csv(const Report& report) {
  std::string text = "second,phase,users,requests,errors,p50_ms,p95_ms,p99_ms,max_ms";
  for (std::size_t i = 0; i < operation_count; ++i)
    fmt::format_to(std::back_inserter(text), ",{}", name_of(static_cast<Operation>(i)));
  text += '\n';
  for (const auto& line : report.seconds) {
    fmt::format_to(std::back_inserter(text), "{},{},{:.0f},{},{},{:.3f},{:.3f},{:.3f},{:.3f}",
                   line.second, line.phase, line.users, line.requests, line.errors,
                   milliseconds(line.p50_us), milliseconds(line.p95_us), milliseconds(line.p99_us),
                   milliseconds(line.max_us));
    for (auto count : line.by_operation) fmt::format_to(std::back_inserter(text), ",{}", count);
    text += '\n';
  }
  return text;
}

std::string operations_as_csv(const Report& report) {
  std::string text =
      "operation,requests,requests_per_second,mean_ms,p50_ms,p90_ms,p95_ms,p99_ms,"
      "p999_ms,max_ms,bytes_received";
  for (std::size_t i = 0; i < outcome_count; ++i)
    fmt::format_to(std::back_inserter(text), ",{}", name_of(static_cast<Outcome>(i)));
  text += '\n';
  auto put = [&text](const Row& row) {
    const auto& figures = *row.figures;
    fmt::format_to(std::back_inserter(text), "{},{},{:.3f},{:.3f}", row.name, figures.requests,
                   rate_of(row), figures.latency.mean() / 1000);
    for (double share : {0.5, 0.9, 0.95, 0.99, 0.999})
      fmt::format_to(std::back_inserter(text), ",{:.3f}",
                     milliseconds(figures.latency.percentile(share)));
    fmt::format_to(std::back_inserter(text), ",{:.3f},{}", milliseconds(figures.latency.max()),
                   figures.bytes);
    for (auto count : figures.outcomes) fmt::format_to(std::back_inserter(text), ",{}", count);
    text += '\n';
  };
  for (const auto& row : report.operations) put(row);
  put(report.total);
  return text;
}

}  // namespace aiva::load
