#pragma once

#include <string>
#include <vector>

#include "faces/http/endpoints/status_board.h"
#include "faces/http/lifecycle.h"
#include "faces/http/route.h"

namespace aiva::http {

struct StatusParts {
  const StatusBoard& board;  // borrowed
  std::string version;
  std::string role = "all";    // which parts run in this process
  const Lifecycle& lifecycle;  // borrowed
};

// GET /api/status for operators of the installation, and /status, a page that shows it.
std::vector<Route> status_routes(StatusParts parts);

}  // namespace aiva::http
