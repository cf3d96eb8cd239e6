#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "ports/websocket_client.h"

namespace aiva {

struct WebSocketClientOptions {
  std::size_t threads = 1;
  std::chrono::milliseconds connect_timeout{5000};  // for each address, TLS included
  std::size_t header_bytes_max = 16 * 1024;         // of the answer to the upgrade
  std::size_t unread_bytes_max = 1024 * 1024;       // received ahead of receive(), a message more
  std::chrono::milliseconds ping_interval{20'000};  // of silence; after two the peer counts as gone
  std::chrono::milliseconds close_time_max{1000};   // for the peer's farewell
  std::filesystem::path ca_file{};                  // PEM certificates trusted besides the system's
};

// WebSockets (RFC 6455, no extensions) over TCP and TLS 1.2 or newer, on threads of its own.
// Certificates and host names are verified, redirects are not followed. Sockets must go before the
// client does. Fails with `invalid` when the CA file cannot be read.
Result<std::unique_ptr<WebSocketClient>> make_websocket_client(WebSocketClientOptions options = {});

}  // namespace aiva
