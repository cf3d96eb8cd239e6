#pragma once

#include <span>
#include <string>

#include "foundation/metrics.h"

namespace aiva {

// The text exposition format of OpenMetrics 1.0
// (https://prometheus.io/docs/specs/om/open_metrics_spec/), examples and the closing line included.
std::string write_openmetrics(std::span<const MetricReading> readings);

}  // namespace aiva
