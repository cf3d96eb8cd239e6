#pragma once

#include <string>
#include <vector>

#include "app/process_metrics.h"
#include "app/queue_metrics.h"
#include "faces/http/endpoints/health.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/task.h"

namespace aiva::app {

// The figures that are read when somebody asks for them: of the process, of the queue, and of what
// it depends on: aiva_dependency_up{dependency}. Any thread.
class ScrapedFigures {
 public:
  // `metrics` and `queue` are borrowed.
  ScrapedFigures(Metrics& metrics, QueueMetrics& queue, ProcessMetrics::Places places,
                 const ProcessMetrics::Identity& identity, std::vector<http::HealthProbe> probes);

  // What does not answer in time is down, or stays as it was.
  Task<void> refresh(CallContext context);

 private:
  struct Watched {
    http::HealthProbe probe;
    Gauge& is_up;
  };

  QueueMetrics& queue_;
  ProcessMetrics process_;
  std::vector<Watched> watched_;
};

}  // namespace aiva::app
