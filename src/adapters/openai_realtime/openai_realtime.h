#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "ports/realtime_model.h"
#include "ports/websocket_client.h"

namespace aiva {

// A server that speaks the Realtime protocol of OpenAI as it is since its beta ended.
struct OpenAiRealtimeOptions {
  std::string base_url = "https://api.openai.com/v1";  // or wss://…; "/realtime" is added
  std::string api_key{};                               // empty: none is sent. Never logged.
  bool has_key_header = false;                         // the key goes into api-key, as Azure wants
  std::string default_model = "gpt-realtime";
  std::string transcription_model = "gpt-4o-mini-transcribe";  // empty: users' words are unknown
  std::chrono::milliseconds open_timeout{10'000};              // until the settings are taken
  bool may_reach_private_addresses = true;  // the operator's own configuration may
  // Connections to the default model kept open for the next sessions, and for how long each.
  std::size_t warm_sockets = 0;
  std::chrono::milliseconds warm_time_max{10 * 60'000};
};

// Speech to speech over a WebSocket. Audio is sent in pieces of 40 ms. A warm connection that turns
// out to be dead is replaced by a fresh one. `sockets` must outlive the model, and the model its
// sessions.
std::unique_ptr<RealtimeModel> make_openai_realtime_model(OpenAiRealtimeOptions options,
                                                          WebSocketClient& sockets);

}  // namespace aiva
