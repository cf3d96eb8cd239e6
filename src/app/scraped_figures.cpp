#include "app/scraped_figures.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace aiva::app {
namespace {

// So that one that hangs leaves time to the others.
constexpr std::chrono::milliseconds probe_time_max{800};

}  // namespace

ScrapedFigures::ScrapedFigures(Metrics& metrics, QueueMetrics& queue, ProcessMetrics::Places places,
                               const ProcessMetrics::Identity& identity,
                               std::vector<http::HealthProbe> probes)
    : queue_(queue), process_(metrics, std::move(places), identity) {
  for (auto& probe : probes) {
    auto& is_up = metrics.gauge("aiva_dependency_up",
                                "1 while what this process depends on answers, as in /readyz",
                                {{"dependency", probe.name}});
    watched_.push_back({std::move(probe), is_up});
  }
}

Task<void> ScrapedFigures::refresh(CallContext context) {
  process_.refresh();
  for (auto& [probe, is_up] : watched_) {
    auto limited = context;
    limited.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + probe_time_max);
    auto checking = probe.check(std::move(limited));
    auto outcome = co_await std::move(checking);
    is_up.set(outcome ? 1 : 0);
  }
  auto counting = queue_.refresh(std::move(context));
  co_await std::move(counting);
}

}  // namespace aiva::app
