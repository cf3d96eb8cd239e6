#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "capabilities/voice/call_control.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/dialler.h"
#include "capabilities/voice/media_ports.h"
#include "capabilities/voice/numbers.h"
#include "faces/http/route.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "ports/websocket_client.h"

namespace aiva::ari {

// How the audio of calls comes to us.
enum class Media : std::uint8_t { audiosocket, websocket, rtp };

struct Options {
  std::string url{};  // of Asterisk's HTTP server; empty: Asterisk connects to us
  std::string user{};
  std::string password{};
  std::string app = "aiva";         // the Stasis application: letters, digits, - and _
  std::string incoming_password{};  // of an Asterisk that connects to us; empty: none may
  Media media = Media::audiosocket;
  std::string media_address{};        // HOST:PORT of our AudioSocket, as Asterisk reaches it
  std::string media_client{};         // in websocket_client.conf, for Media::websocket
  std::string media_format = "ulaw";  // but for Media::audiosocket; by RTP ulaw, alaw, slin, slin16
  std::string endpoint{};             // "PJSIP/{number}@trunk"; empty: nobody is called
  std::string caller_id{};            // where a call says none
  std::string transfer_context{};     // of the dialplan; empty: it goes on behind Stasis()
  bool consults = false;              // targets of an agent's transfers are asked first
  bool continues_refused = true;      // in the dialplan; false: refused calls are hung up
  std::chrono::seconds transfer_ring_max{30};
  std::chrono::milliseconds media_time_max{5'000};  // until a call's audio is connected
  std::chrono::milliseconds reconnect_min{500};
  std::chrono::milliseconds reconnect_max{30'000};
};

struct Parts {
  voice::CallLog& log;
  voice::Numbers& numbers;
  voice::CallControls& controls;
  WebSocketClient* sockets;  // null: Asterisk connects to us
  const Pause& pause;
  Metrics& metrics;
  voice::MediaPorts* ports = nullptr;  // needed for Media::rtp
};

// Asterisk's REST Interface as the control plane of calls: those that enter our Stasis application
// are answered, those we are asked for are dialled; their audio comes by another face. The
// destructor lets go of calls that people have with each other, and ends nothing else: drain first.
class Ari : public voice::CallDialler {
 public:
  ~Ari() override = default;
  [[nodiscard]] virtual bool is_connected() const = 0;
  // No calls are taken or made any more; waits until those that are over are taken down in
  // Asterisk, too, at most so long. Blocks.
  virtual void drain(std::chrono::milliseconds patience) = 0;
  // Where an Asterisk connects to us: /ari/:app (type=outbound_websocket in ari.conf).
  virtual std::vector<http::WebSocketRoute> routes() = 0;
};

// Begins to connect at once. Fails with `invalid` on unusable options. The parts outlive it, and
// the calls it controls end before it.
Result<std::unique_ptr<Ari>> make_ari(Options options, Parts parts);

}  // namespace aiva::ari
