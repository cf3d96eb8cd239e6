#pragma once

#include <chrono>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/voice.h"
#include "faces/http/route.h"
#include "foundation/pause.h"
#include "ports/cache.h"
#include "ports/clock.h"

namespace aiva::realtime {

// Everything is borrowed and must outlive the server of the routes.
struct RealtimeParts {
  voice::Calls* calls;  // null: none are answered here
  voice::CallLog& log;
  agents::ActiveAgents& agents;
  Cache& cache;  // of ephemeral keys
  const Clock& clock;
  const Pause& pause;
};

struct RealtimeOptions {
  std::chrono::milliseconds session_max{60 * 60'000};
  std::chrono::milliseconds answer_after{300};       // a client that says nothing
  std::chrono::milliseconds media_start_max{5'000};  // until a telephone server says what it sends
  std::chrono::milliseconds drained_max{2'000};      // for what it has not played yet
  std::chrono::milliseconds status_every{1'000};     // its queue is asked for
};

// Calls over WebSockets. /v1/realtime and /realtime/:agentId speak OpenAI's Realtime protocol, and
// to those who offer the sub-protocol `media` that of Asterisk's chan_websocket;
// /realtime/twilio/:agentId speaks Twilio's Media Streams.
std::vector<http::WebSocketRoute> make_websocket_routes(const RealtimeParts& parts,
                                                        const RealtimeOptions& options = {});

// Ephemeral keys for browsers: POST /v1/realtime/client_secrets, /api/realtime/token and
// /api/realtime/finalize.
std::vector<http::Route> make_key_routes(const RealtimeParts& parts,
                                         const RealtimeOptions& options = {});

}  // namespace aiva::realtime
