#pragma once

#include <vector>

#include "capabilities/voice/supervision.h"
#include "faces/http/route.h"
#include "foundation/pause.h"

namespace aiva::realtime {

// GET /api/calls/:callLogId/monitor as a WebSocket: what happens in a call, what is heard in it,
// and commands to it. The parts are borrowed and must outlive the server.
std::vector<http::WebSocketRoute> make_monitor_routes(voice::Supervision& supervision,
                                                      const Pause& pause);

}  // namespace aiva::realtime
