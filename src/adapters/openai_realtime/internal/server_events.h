#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/realtime_model.h"

namespace aiva::openai_realtime {

// What a server sent.
struct ServerEvent {
  enum class Kind { created, updated, session_failed, of_session } kind = Kind::of_session;
  RealtimeEvent event{};               // of_session; `other` for what nobody needs
  Error failure{};                     // session_failed: nothing more can come of it
  std::optional<UnixMs> expires_at{};  // of created
};

// Reads an event; fails with `unavailable` when it is none. `api_key` is kept out of causes.
Result<ServerEvent> read_server_event(std::string_view text, std::string_view api_key);

}  // namespace aiva::openai_realtime
