#include "foundation/openmetrics_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace aiva {
namespace {

constexpr std::string_view total = "_total";

// Canonical numbers: a point or an exponent in every one, so that 1 and 1.0 are one bucket.
void append_number(std::string& out, double number) {
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
  bool is_plain = size == 0 || (size >= 1e-4 && size < 1e21);
  auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
  auto end = std::to_chars(text, text + sizeof text, number, format).ptr;
  std::string_view written(text, static_cast<std::size_t>(end - text));
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_count(std::string& out, std::uint64_t count) { out += std::to_string(count); }

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
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

void append_histogram(std::string& out, const std::string& name, const MetricSeries& series) {
  for (const auto& bucket : series.buckets) {
    std::string bound;
    append_number(bound, bucket.upper_bound);
    out.append(name).append("_bucket");
    append_labels(out, series.labels, bound);
    out += ' ';
    append_count(out, bucket.count);
    if (bucket.example) append_example(out, *bucket.example);
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

std::string_view type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter: return "counter";
    case MetricKind::gauge: return "gauge";
    case MetricKind::histogram: return "histogram";
    case MetricKind::other: break;
  }
  return "unknown";
}

}  // namespace

std::string write_openmetrics(std::span<const MetricReading> readings) {
  std::string out;
  for (const auto& reading : readings) {
    auto kind = reading.kind;
    std::string family = reading.name;
    // A counter's family lacks the ending of its samples; one whose name lacks it is no counter
    // here.
    bool has_ending = family.ends_with(total);
    if (kind == MetricKind::counter && has_ending) family.resize(family.size() - total.size());
    if (kind == MetricKind::counter && !has_ending) kind = MetricKind::other;
    out.append("# TYPE ").append(family).append(" ").append(type_of(kind)).append("\n");
    out.append("# HELP ").append(family).append(" ");
    append_escaped(out, reading.help);
    out += '\n';
    for (const auto& series : reading.series) {
      if (kind == MetricKind::histogram)
        append_histogram(out, family, series);
      else
        append_sample(out, reading.name, series);
    }
  }
  out += "# EOF\n";
  return out;
}

}  // namespace aiva
