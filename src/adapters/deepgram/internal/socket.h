#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/error.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/websocket_client.h"

namespace aiva::deepgram {

struct SocketOptions {
  std::string url{};      // with path and query; http… or ws…
  std::string api_key{};  // never logged
  std::chrono::milliseconds open_timeout{};
  bool may_reach_private_addresses = true;
};

// Opens a socket. Fails with `unavailable` (server down, overloaded, our key or credits refused),
// `invalid` (the settings in the URL are refused), and as the context says.
Task<Result<std::unique_ptr<OutgoingSocket>>> open_socket(CallContext context,
                                                          SocketOptions options,
                                                          WebSocketClient& sockets);

// "https://host/" or "wss://host" and a path.
std::string url_of(std::string_view base_url, std::string_view path_and_query);

// Why a socket that was closed is of no use any more.
Error closed(const OutgoingSocket& socket, std::string_view api_key);

// `{"type":"…"}`, as text.
SocketMessage command(std::string_view type);

// The next message, nothing when none came within `quiet`. Fails when the socket is closed.
Task<Result<std::optional<SocketMessage>>> receive_within(CallContext context,
                                                          OutgoingSocket& socket,
                                                          std::chrono::milliseconds quiet,
                                                          std::string api_key);

}  // namespace aiva::deepgram
