#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "faces/ari/internal/wire.h"
#include "foundation/result.h"

namespace aiva::ari {

// A channel that shall carry a call's audio to us.
struct MediaRequest {
  std::string channel;  // its id, made by us
  std::string app;
  std::string session_id;  // of the announced call, which the audio then claims
};

// How the audio of calls comes to us. On one executor only.
class MediaWay {
 public:
  virtual ~MediaWay() = default;
  // How Asterisk is asked for the channel. Fails with `invalid` for sessions this way cannot carry.
  virtual Result<Request> request(const MediaRequest& wanted) = 0;
  // Asterisk has made the channel, as the body of its reply tells; where audio does not come by
  // itself, it is begun here.
  virtual Result<void> begin(const MediaRequest&, std::string_view) { return {}; }
};

// By AudioSocket, to `address` (HOST:PORT).
std::unique_ptr<MediaWay> make_audiosocket_way(std::string address);

// By a WebSocket that Asterisk opens as the client of that name in websocket_client.conf says.
std::unique_ptr<MediaWay> make_websocket_way(std::string client, std::string format);

}  // namespace aiva::ari
