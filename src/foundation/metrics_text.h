#pragma once

#include <span>
#include <string>

#include "foundation/metrics.h"

namespace aiva {

// The text exposition format of Prometheus, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
std::string write_prometheus_text(std::span<const MetricReading> readings);

// The text exposition format of OpenMetrics 1.0
// (https://prometheus.io/docs/specs/om/open_metrics_spec/), examples and the closing line included.
// Names and labels of all samples are the same as in the other format: bounds of buckets, too.
std::string write_openmetrics(std::span<const MetricReading> readings);

}  // namespace aiva
