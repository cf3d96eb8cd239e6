#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "ports/job_queue.h"

namespace aiva::app {

// The figure that worker nodes are scaled by: aiva_jobs_queued{kind}. Every process shows that of
// the one queue, read when it is asked for, so that it is there where no worker runs. Any thread.
class QueueMetrics {
 public:
  // Both are borrowed; of `kinds` there is a figure from the start on, so that scalers find one.
  QueueMetrics(JobQueue& queue, Metrics& metrics, const std::vector<std::string>& kinds);

  // When the rows cannot be read the figures stay as they were.
  Task<void> refresh(CallContext context);

 private:
  Gauge& gauge_of(const std::string& kind);
  void show(const std::vector<JobBacklog>& backlog);

  JobQueue& queue_;
  Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::string, Gauge*, std::less<>> kinds_;  // those seen so far
};

}  // namespace aiva::app
