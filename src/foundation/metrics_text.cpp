#include "foundation/metrics_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace aiva {
namespace {

constexpr std::string_view total = "_total";

enum class Format { prometheus, openmetrics };

// The fewest digits that are read as the same number; below 0.0001 and from `exponent_from` on
// with an exponent.
void append_number(std::string& out, double number, double exponent_from = 1e21) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::isinf(number)) {
    out += number > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[64];
  auto size = std::abs(number);
  bool is_plain = size == 0 || (size >= 1e-4 && size < exponent_from);
  auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
  auto end = std::to_chars(text, text + sizeof text, number, format).ptr;
  out.append(text, end);
}

// OpenMetrics' canonical numbers: 1.0, 0.25, 1e+06. Labels are compared as texts, so that a bound
// that another format writes otherwise is another series for Prometheus 2.
std::string write_bound(double bound) {
  std::string out;
  append_number(out, bound, 1e6);
  if (std::isfinite(bound) && out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

void append_count(std::string& out, std::uint64_t count) { out += std::to_string(count); }

void append_escaped(std::string& out, std::string_view text, bool with_quotes = true) {
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && with_quotes)) out += '\\';
    out += c;
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  out.append(name).append("=\"");
  append_escaped(out, value);
  out += '"';
}

// `{a="1",le="0.5"}`, or nothing where there are no labels.
void append_labels(std::string& out, const MetricLabels& labels, std::string_view bound = {}) {
  if (labels.empty() && bound.empty()) return;
  out += '{';
  for (const auto& [name, value] : labels) append_label(out, name, value);
  if (!bound.empty()) append_label(out, "le", bound);
  out += '}';
}

void append_example(std::string& out, const MetricExample& example) {
  out += " # {trace_id=\"";
  append_escaped(out, example.trace_id);
  out += "\"} ";
  append_number(out, example.value);
  char at[32];
  std::snprintf(at, sizeof at, " %lld.%03lld", static_cast<long long>(example.at / 1000),
                static_cast<long long>(example.at % 1000));
  out += at;
}

void append_histogram(std::string& out, const std::string& name, const MetricSeries& series,
                      Format format) {
  for (const auto& bucket : series.buckets) {
    out.append(name).append("_bucket");
    append_labels(out, series.labels, write_bound(bucket.upper_bound));
    out += ' ';
    append_count(out, bucket.count);
    if (bucket.example && format == Format::openmetrics) append_example(out, *bucket.example);
    out += '\n';
  }
  out.append(name).append("_count");
  append_labels(out, series.labels);
  out += ' ';
  append_count(out, series.count);
  out.append("\n").append(name).append("_sum");
  append_labels(out, series.labels);
  out += ' ';
  append_number(out, series.sum);
  out += '\n';
}

void append_sample(std::string& out, const std::string& name, const MetricSeries& series) {
  out += name;
  append_labels(out, series.labels);
  out += ' ';
  append_number(out, series.value);
  out += '\n';
}

std::string_view type_of(MetricKind kind, Format format) {
  switch (kind) {
    case MetricKind::counter: return "counter";
    case MetricKind::gauge: return "gauge";
    case MetricKind::histogram: return "histogram";
    case MetricKind::other: break;
  }
  return format == Format::openmetrics ? "unknown" : "untyped";
}

void append_family(std::string& out, const MetricReading& reading, Format format) {
  auto kind = reading.kind;
  std::string family = reading.name;
  if (kind == MetricKind::counter && format == Format::openmetrics) {
    // A counter's family lacks the ending of its samples; one whose name lacks it is no counter
    // there.
    if (family.ends_with(total))
      family.resize(family.size() - total.size());
    else
      kind = MetricKind::other;
  }
  out.append("# TYPE ").append(family).append(" ").append(type_of(kind, format)).append("\n");
  out.append("# HELP ").append(family).append(" ");
  append_escaped(out, reading.help, format == Format::openmetrics);
  out += '\n';
  for (const auto& series : reading.series) {
    if (kind == MetricKind::histogram)
      append_histogram(out, family, series, format);
    else
      append_sample(out, reading.name, series);
  }
}

}  // namespace

std::string write_prometheus_text(std::span<const MetricReading> readings) {
  std::string out;
  for (const auto& reading : readings) append_family(out, reading, Format::prometheus);
  return out;
}

std::string write_openmetrics(std::span<const MetricReading> readings) {
  std::string out;
  for (const auto& reading : readings) append_family(out, reading, Format::openmetrics);
  out += "# EOF\n";
  return out;
}

}  // namespace aiva
