#include "faces/worker/worker_metrics.h"

#include <array>

namespace aiva::worker {
namespace {

constexpr std::array<const char*, 6> outcomes = {"completed", "retry",    "dead",
                                                 "cancelled", "released", "lost"};

}  // namespace

WorkerMetrics::WorkerMetrics(Metrics& metrics, const std::vector<std::string>& kinds)
    : running_(metrics.gauge("aiva_jobs_running", "Jobs being done by this process")) {
  for (const auto& kind : kinds) {
    for (const auto* outcome : outcomes)
      ends_[{kind, outcome}] =
          &metrics.counter("aiva_jobs_total", "Jobs by kind and by how their lease ended",
                           {{"kind", kind}, {"outcome", outcome}});
    durations_[kind] = &metrics.histogram(
        "aiva_job_duration_seconds", "From the lease of a job to its end",
        {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600}, {{"kind", kind}});
  }
}

void WorkerMetrics::count_end(const std::string& kind, std::string_view outcome,
                              std::chrono::steady_clock::duration took) {
  if (auto counter = ends_.find(std::pair(kind, std::string(outcome))); counter != ends_.end())
    counter->second->add();
  if (auto duration = durations_.find(kind); duration != durations_.end())
    duration->second->observe(std::chrono::duration<double>(took).count());
}

}  // namespace aiva::worker
