#pragma once

#include <memory>
#include <string>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/connection.h"
#include "adapters/http_client/internal/dialer.h"
#include "foundation/result.h"
#include "ports/websocket_client.h"

namespace aiva::http_client {

// A request for a WebSocket, ready to be sent.
struct PreparedUpgrade {
  Origin origin{};
  std::string head{};
  std::string accept{};  // what the server must answer to our key
  std::vector<std::string> protocols{};
  std::size_t header_bytes_max = 0;
};

// Fails with `invalid` on a URL that is no ws or wss one, and on headers that must not be given.
Result<PreparedUpgrade> prepare_upgrade(const OutgoingSocketRequest& request,
                                        std::size_t header_bytes_max);

// A connection that speaks WebSocket now.
struct Upgraded {
  std::unique_ptr<Connection> connection{};
  std::string first_bytes{};  // that came right behind the answer
};

// Connects and upgrades. Fails as WebSocketClient::open does.
Awaitable<Result<Upgraded>> upgrade(Dialer dialer, PreparedUpgrade prepared);

}  // namespace aiva::http_client
