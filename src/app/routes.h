#pragma once

#include <string>
#include <vector>

#include "app/parts.h"
#include "faces/http/lifecycle.h"
#include "faces/http/route.h"

namespace aiva::app {

// The route table of the configured role; with the role `all` it is every HTTP endpoint of AIVA.
std::vector<http::Route> make_routes(const Config& config, const Paths& paths, Parts& parts,
                                     const http::Lifecycle& lifecycle);

// The paths that become WebSockets.
std::vector<http::WebSocketRoute> make_websocket_routes(Parts& parts);

// The table as text for people, or JSON [{method, path, right, is_streaming}].
std::string describe_routes(const std::vector<http::Route>& routes, bool is_json);

}  // namespace aiva::app
