#pragma once

#include <functional>
#include <string>
#include <vector>

#include "faces/http/lifecycle.h"
#include "faces/http/route.h"
#include "foundation/metrics.h"
#include "ports/clock.h"

namespace aiva::http {

// A part of the program whose state health answers tell.
struct HealthProbe {
  std::string name;                                        // "database"
  std::function<Task<Result<void>>(CallContext)> check{};  // quick; runs at every question
  bool is_required = true;                                 // not ready without it
};

// What the health routes tell about; everything is borrowed and must outlive the routes.
struct HealthParts {
  std::string version;
  std::vector<HealthProbe> probes;
  const Lifecycle& lifecycle;
  const Clock& clock;
  const Metrics& metrics;
  std::string role = "all";  // which parts run in this process
  // Brings figures that are read when they are asked for; empty: there are none.
  std::function<Task<void>(CallContext)> refresh{};
};

// GET /api/health, /health, /livez, /readyz (503 while a required part is down or the server
// drains) and /metrics.
std::vector<Route> health_routes(HealthParts parts);

}  // namespace aiva::http
