#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/voice.h"
#include "foundation/ids.h"
#include "foundation/metrics.h"
#include "foundation/result.h"

namespace aiva::audiosocket {

// A port whose calls all belong to one agent; others are announced beforehand.
struct AgentPort {
  std::uint16_t port = 0;
  TenantId tenant{};
  AgentId agent{};
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // the protocol knows neither passwords nor TLS
  std::uint16_t port = 9092;          // of announced calls; 0: any free one
  std::vector<AgentPort> agent_ports{};
  std::vector<std::string> allowed{};  // addresses or CIDR blocks that may call; empty: all
  int threads = 1;                     // event loops
  std::size_t connections_max = 2'000;
  std::chrono::milliseconds id_time_max{2'000};    // until the call says its id
  std::chrono::milliseconds format_time_max{200};  // until its first audio tells its rate
};

struct ServerParts {
  voice::Calls& calls;
  voice::CallLog& log;
  Metrics& metrics;
};

// Asterisk's AudioSocket (res_audiosocket.c): it dials in by TCP and names the call by a UUID;
// 16-bit samples go both ways. The destructor ends all calls.
class Server {
 public:
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // New connections are refused when it returns, so that Asterisk's dialplan goes on to another
  // server.
  virtual void stop_accepting() = 0;
};

// Binds and starts. `unavailable` when an address is taken, `invalid` on unusable options.
Result<std::unique_ptr<Server>> make_server(ServerOptions options, ServerParts parts);

}  // namespace aiva::audiosocket
