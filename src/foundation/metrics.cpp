#include "foundation/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <deque>
#include <map>
#include <mutex>

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
  explicit HistogramOf(prometheus::Histogram& h) : inner(h) {}
  void observe(double value) override { inner.Observe(value); }
  prometheus::Histogram& inner;
};

prometheus::Labels to_labels(const MetricLabels& labels) { return {labels.begin(), labels.end()}; }

template <class Wrapper, class Inner>
Wrapper& wrap(std::map<Inner*, std::unique_ptr<Wrapper>>& known, Inner& inner) {
  auto& slot = known[&inner];
  if (!slot) slot = std::make_unique<Wrapper>(inner);
  return *slot;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<prometheus::Counter*, std::unique_ptr<CounterOf>> counters;
  std::map<prometheus::Gauge*, std::unique_ptr<GaugeOf>> gauges;
  std::map<prometheus::Histogram*, std::unique_ptr<HistogramOf>> histograms;
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
  return wrap(state_->histograms, family.Add(to_labels(labels), buckets));
}

std::string Metrics::to_prometheus_text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

const std::vector<double>& duration_buckets_s() {
  static const std::vector<double> buckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                              0.25,   0.5,   1,      2,     5,    10,    30};
  return buckets;
}

}  // namespace aiva
