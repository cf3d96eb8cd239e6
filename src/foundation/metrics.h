#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "foundation/time.h"
#include "foundation/trace.h"

namespace aiva {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// A value that only grows.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
};

// A value that goes up and down.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;
};

// A distribution in fixed buckets.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
  // The same, and keeps the trace as its bucket's example where it is sampled.
  virtual void observe(double value, const TraceContext& trace) = 0;
};

// A request that fell into a bucket.
struct MetricExample {
  std::string trace_id;
  double value = 0;
  UnixMs at = 0;
};

struct MetricBucket {
  double upper_bound = 0;   // infinite: the last
  std::uint64_t count = 0;  // of this and all lower ones
  std::optional<MetricExample> example{};
};

// One series of a metric as it stands.
struct MetricSeries {
  MetricLabels labels;  // by name
  double value = 0;     // of a counter or gauge
  std::uint64_t count = 0;
  double sum = 0;
  std::vector<MetricBucket> buckets{};  // of a histogram
};

enum class MetricKind { counter, gauge, histogram, other };

struct MetricReading {
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::other;
  std::vector<MetricSeries> series{};
};

// All metrics of the process in Prometheus' data model. Ask for a metric once and keep the
// reference (it lives as long as Metrics); using it is lock-free. Names end in their unit
// (`_seconds`, `_bytes`) and counters in `_total`.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& counter(const std::string& name, const std::string& help,
                   const MetricLabels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
  // `buckets` are upper bounds, ascending.
  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& buckets, const MetricLabels& labels = {});

  // The text exposition format, version 0.0.4.
  [[nodiscard]] std::string to_prometheus_text() const;
  // OpenMetrics 1.0 text, with the examples of buckets.
  [[nodiscard]] std::string to_openmetrics_text() const;
  // All series; as dear as the texts.
  [[nodiscard]] std::vector<MetricReading> read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Upper bounds in seconds from 0.5 ms to 30 s, for request-like durations.
const std::vector<double>& duration_buckets_s();

}  // namespace aiva
