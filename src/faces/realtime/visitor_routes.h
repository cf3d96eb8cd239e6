#pragma once

#include <string>
#include <vector>

#include "capabilities/agents/visitors.h"
#include "capabilities/voice/visitor_calls.h"
#include "faces/http/route.h"
#include "faces/realtime/routes.h"

namespace aiva::realtime {

// Everything is borrowed and must outlive the server of the routes.
struct VisitorRouteParts {
  RealtimeParts realtime;
  agents::Visitors& visitors;
  voice::VisitorCalls& calls;
  std::string public_url{};  // where browsers reach this server; empty: as their request says
};

// What strangers may do: open the page by which they call an agent that allows it, and get a key
// for one call. Under /aiva/….
std::vector<http::Route> make_visitor_routes(VisitorRouteParts parts);

}  // namespace aiva::realtime
