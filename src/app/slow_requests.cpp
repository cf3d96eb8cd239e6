#include "app/slow_requests.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

constexpr double lines_per_second = 1;
constexpr double lines_at_once = 10;
constexpr std::size_t steps_shown_max = 12;

struct Step {
  std::string_view name;
  double ms = 0;
  int count = 0;
};

double ms_of(const SpanRecord& span) {
  if (span.end <= span.begin) return 0;
  return std::chrono::duration<double, std::milli>(span.end - span.begin).count();
}

}  // namespace

std::string breakdown_of(const RecordedTrace& trace) {
  std::map<std::string_view, Step> by_name;
  for (std::size_t i = 1; i < trace.spans.size(); ++i) {
    auto name = trace.name_of(trace.spans[i]);
    auto& step = by_name[name];
    step.name = name;
    step.ms += ms_of(trace.spans[i]);
    ++step.count;
  }
  std::vector<Step> steps;
  for (const auto& [name, step] : by_name) steps.push_back(step);
  std::ranges::sort(steps, [](const Step& a, const Step& b) {
    return a.ms != b.ms ? a.ms > b.ms : a.name < b.name;
  });
  if (steps.size() > steps_shown_max) steps.resize(steps_shown_max);
  std::string text;
  for (const auto& step : steps) {
    char ms[32];
    std::snprintf(ms, sizeof ms, " %.1f", step.ms);
    text.append(text.empty() ? "" : ", ").append(step.name).append(ms);
    if (step.count > 1) text.append(" (").append(std::to_string(step.count)).append(")");
  }
  return text;
}

SlowRequests::SlowRequests(Metrics& metrics)
    : slow_(metrics.counter("aiva_http_slow_requests_total",
                            "Requests that took longer than telemetry.slow_ms")),
      lines_left_(lines_at_once) {}

bool SlowRequests::may_log() {
  auto now = std::chrono::steady_clock::now();
  if (refilled_ != std::chrono::steady_clock::time_point{}) {
    std::chrono::duration<double> since = now - refilled_;
    lines_left_ = std::min(lines_at_once, lines_left_ + since.count() * lines_per_second);
  }
  refilled_ = now;
  if (lines_left_ < 1) return false;
  lines_left_ -= 1;
  return true;
}

void SlowRequests::take(const RecordedTrace& trace) {
  if (!trace.is_slow || trace.spans.empty()) return;
  slow_.add();
  std::int64_t left_out = 0;
  {
    std::lock_guard lock(mutex_);
    if (!may_log()) {
      ++left_out_;
      return;
    }
    left_out = std::exchange(left_out_, 0);
  }
  const auto& root = trace.spans.front();
  auto trace_id = to_hex(trace.trace_id);
  auto span_id = to_hex(root.id);
  auto steps = breakdown_of(trace);
  log::warn("slow request", {{"method", trace.root_text("http.request.method")},
                             {"route", trace.root_text("http.route")},
                             {"status", trace.root_number("http.response.status_code")},
                             {"ms", ms_of(root)},
                             {"steps", steps},
                             {"left_out", left_out},
                             {"tenant", trace.root_text("aiva.tenant")},
                             {"request_id", trace.root_text("aiva.request_id")},
                             {"trace_id", trace_id},
                             {"span_id", span_id}});
}

}  // namespace aiva::app
