#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/media_ports.h"
#include "capabilities/voice/voice.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "ports/bridge_calls.h"

namespace aiva::rtp {

// Of announced calls, one each; of them the even ones, as RTP has it.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

// One port to which a telephone system sends all calls. The port it sends from names the call.
struct BridgeOptions {
  std::uint16_t port = 9999;                      // 0: any free one
  std::chrono::milliseconds read_after{700};      // after the first packet: what is told of it
  std::chrono::milliseconds read_max{10'000};     // until somebody has told
  std::chrono::milliseconds greeting_after{500};  // after that the call begins
  std::chrono::milliseconds hang_up_every{500};   // so often it is asked whether it is over
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // the protocol knows neither passwords nor encryption
  std::string public_address{};       // what announced calls are told to send to; empty: the same
  std::optional<PortRange> ports{};
  std::optional<BridgeOptions> bridge{};
  std::vector<std::string> allowed{};  // addresses or CIDR blocks that may send; empty: all
  bool sends_silence = true;           // false: nothing is sent while nobody speaks
  bool detects_tones = false;          // keys in the sound, where none come as packets
  int threads = 1;                     // event loops
  std::size_t streams_max = 2'000;     // of the bridge, for each loop
  std::chrono::milliseconds waiting_max{60'000};  // for the audio of an announced call
  // A port is given again when nothing has come to it for so long: those who still send to a call
  // that is over are not to be heard in the next.
  std::chrono::milliseconds quiet_time{5'000};
};

struct ServerParts {
  voice::Calls& calls;
  voice::CallLog& log;
  Metrics& metrics;
  Pause pause{};                        // needed with a bridge, as is the next
  BridgeCalls* bridge_calls = nullptr;  // who says whose calls they are
};

// Calls by plain RTP (RFC 3550): Asterisk's ExternalMedia and UnicastRTP, and whatever else sends
// G.711 or 16-bit samples of 8 or 16 kHz. Answers go where the packets come from. The destructor
// ends all calls.
class Server {
 public:
  virtual ~Server() = default;
  // Of announced calls; none is free where no range was set.
  [[nodiscard]] virtual voice::MediaPorts& ports() = 0;
  // 0: there is no bridge.
  [[nodiscard]] virtual std::uint16_t bridge_port() const = 0;
  // No new calls are taken when it returns.
  virtual void stop_accepting() = 0;
};

// Binds and starts. `unavailable` when the bridge's port is taken, `invalid` on unusable options.
Result<std::unique_ptr<Server>> make_server(ServerOptions options, ServerParts parts);

}  // namespace aiva::rtp
