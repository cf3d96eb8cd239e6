#include "app/queue_metrics.h"

#include "foundation/log.h"

namespace aiva::app {

QueueMetrics::QueueMetrics(JobQueue& queue, Metrics& metrics, const std::vector<std::string>& kinds)
    : queue_(queue), metrics_(metrics) {
  for (const auto& kind : kinds) gauge_of(kind).set(0);
}

Gauge& QueueMetrics::gauge_of(const std::string& kind) {
  auto& gauge = kinds_[kind];
  if (gauge == nullptr)
    gauge = &metrics_.gauge("aiva_jobs_queued", "Jobs of all processes that wait, due or not",
                            {{"kind", kind}});
  return *gauge;
}

Task<void> QueueMetrics::refresh(CallContext context) {
  auto counting = queue_.backlog(context);
  auto backlog = co_await std::move(counting);
  if (backlog)
    show(*backlog);
  else
    log::failure("The waiting jobs could not be counted", context, backlog.error());
}

void QueueMetrics::show(const std::vector<JobBacklog>& backlog) {
  std::lock_guard lock(mutex_);
  for (const auto& [kind, gauge] : kinds_) gauge->set(0);
  for (const auto& [kind, count] : backlog) gauge_of(kind).set(static_cast<double>(count));
}

}  // namespace aiva::app
