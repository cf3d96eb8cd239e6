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
  // Borrowed.
  QueueMetrics(JobQueue& queue, Metrics& metrics) : queue_(queue), metrics_(metrics) {}

  // When the rows cannot be read the figures stay as they were.
  Task<void> refresh(CallContext context);

 private:
  void show(const std::vector<JobBacklog>& backlog);

  JobQueue& queue_;
  Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::string, Gauge*, std::less<>> kinds_;  // those seen so far
};

}  // namespace aiva::app
