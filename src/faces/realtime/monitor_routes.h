#pragma once

#include <vector>

#include "capabilities/voice/supervision.h"
#include "faces/http/route.h"
#include "foundation/pause.h"
#include "ports/cache.h"
#include "ports/websocket_client.h"

namespace aiva::realtime {

struct MonitorRouteParts {
  voice::Supervision& supervision;
  Cache& cache;  // of tickets between processes, which they share
  const Pause& pause;
  WebSocketClient* sockets = nullptr;  // null: calls of other processes are not followed from here
};

// GET /api/calls/:callLogId/monitor as a WebSocket: what happens in a call, what is heard in it,
// and commands to it. A call of another process is followed there, with a ticket, at
// …/monitor/relayed. The parts are borrowed and must outlive the server.
std::vector<http::WebSocketRoute> make_monitor_routes(MonitorRouteParts parts);

}  // namespace aiva::realtime
