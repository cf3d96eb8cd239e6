#include "foundation/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "foundation/crypto.h"
#include "foundation/metrics_text.h"

namespace aiva {
namespace {

struct CounterOf final : Counter {
  explicit CounterOf(prometheus::Counter& c) : inner(c) {}
  void add(double amount) override { inner.Increment(amount); }
  prometheus::Counter& inner;
};

struct GaugeOf final : Gauge {
  explicit GaugeOf(prometheus::Gauge& g) : inner(g) {}
  void set(double value) override { inner.Set(value); }
  void add(double amount) override { inner.Increment(amount); }
  prometheus::Gauge& inner;
};

struct HistogramOf final : Histogram {
  HistogramOf(prometheus::Histogram& h, const std::vector<double>& upper_bounds)
      : inner(h), bounds(upper_bounds), examples(upper_bounds.size() + 1) {}
  void observe(double value) override { inner.Observe(value); }
  void observe(double value, const TraceContext& trace) override {
    inner.Observe(value);
    if (!trace.is_sampled || !trace.has_id()) return;
    auto bucket = std::ranges::lower_bound(bounds, value) - bounds.begin();
    std::lock_guard lock(mutex);
    examples[static_cast<std::size_t>(bucket)] = {trace.trace_id, value, unix_ms_now()};
  }

  struct Example {
    std::array<std::uint8_t, 16> trace_id{};
    double value = 0;
    UnixMs at = 0;  // 0: there is none
  };
  prometheus::Histogram& inner;
  std::vector<double> bounds;
  std::mutex mutex;
  std::vector<Example> examples;  // the latest of each bucket
};

prometheus::Labels to_labels(const MetricLabels& labels) { return {labels.begin(), labels.end()}; }

template <class Wrapper, class Inner, class... More>
Wrapper& wrap(std::map<Inner*, std::unique_ptr<Wrapper>>& known, Inner& inner,
              const More&... more) {
  auto& slot = known[&inner];
  if (!slot) slot = std::make_unique<Wrapper>(inner, more...);
  return *slot;
}

// Names a series, so that what the registry collects is found again.
using SeriesKey = std::pair<std::string, prometheus::Labels>;

MetricKind kind_of(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter: return MetricKind::counter;
    case prometheus::MetricType::Gauge: return MetricKind::gauge;
    case prometheus::MetricType::Histogram: return MetricKind::histogram;
    case prometheus::MetricType::Summary:
    case prometheus::MetricType::Untyped: break;
  }
  return MetricKind::other;
}

MetricSeries series_of(const prometheus::ClientMetric& metric, MetricKind kind) {
  MetricSeries series;
  for (const auto& label : metric.label) series.labels.emplace_back(label.name, label.value);
  series.value = kind == MetricKind::gauge ? metric.gauge.value : metric.counter.value;
  if (kind != MetricKind::histogram) return series;
  series.count = metric.histogram.sample_count;
  series.sum = metric.histogram.sample_sum;
  for (const auto& bucket : metric.histogram.bucket)
    series.buckets.push_back({.upper_bound = bucket.upper_bound, .count = bucket.cumulative_count});
  return series;
}

void add_examples(MetricSeries& series, HistogramOf& histogram) {
  std::lock_guard lock(histogram.mutex);
  auto count = std::min(series.buckets.size(), histogram.examples.size());
  for (std::size_t i = 0; i < count; ++i)
    if (const auto& example = histogram.examples[i]; example.at != 0)
      series.buckets[i].example = {to_hex(example.trace_id), example.value, example.at};
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<prometheus::Counter*, std::unique_ptr<CounterOf>> counters;
  std::map<prometheus::Gauge*, std::unique_ptr<GaugeOf>> gauges;
  std::map<prometheus::Histogram*, std::unique_ptr<HistogramOf>> histograms;
  std::map<SeriesKey, HistogramOf*> histograms_by_name;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help,
                          const MetricLabels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  std::lock_guard lock(state_->mutex);
  return wrap(state_->counters, family.Add(to_labels(labels)));
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help,
                      const MetricLabels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  std::lock_guard lock(state_->mutex);
  return wrap(state_->gauges, family.Add(to_labels(labels)));
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& buckets, const MetricLabels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  std::lock_guard lock(state_->mutex);
  auto& histogram = wrap(state_->histograms, family.Add(to_labels(labels), buckets), buckets);
  state_->histograms_by_name[{name, to_labels(labels)}] = &histogram;
  return histogram;
}

std::string Metrics::to_prometheus_text() const { return write_prometheus_text(read()); }

std::string Metrics::to_openmetrics_text() const { return write_openmetrics(read()); }

std::vector<MetricReading> Metrics::read() const {
  std::vector<MetricReading> readings;
  for (const auto& family : state_->registry.Collect()) {
    auto& reading = readings.emplace_back(family.name, family.help, kind_of(family.type));
    for (const auto& metric : family.metric) {
      auto& series = reading.series.emplace_back(series_of(metric, reading.kind));
      if (reading.kind != MetricKind::histogram) continue;
      std::lock_guard lock(state_->mutex);
      auto known = state_->histograms_by_name.find(
          {family.name, prometheus::Labels(series.labels.begin(), series.labels.end())});
      if (known != state_->histograms_by_name.end()) add_examples(series, *known->second);
    }
  }
  return readings;
}

const std::vector<double>& duration_buckets_s() {
  static const std::vector<double> buckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                              0.25,   0.5,   1,      2,     5,    10,    30};
  return buckets;
}

}  // namespace aiva
