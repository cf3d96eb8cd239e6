#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/media_ports.h"
#include "faces/ari/internal/line.h"
#include "faces/ari/internal/wire.h"
#include "foundation/executor.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::ari {

// A channel that shall carry a call's audio to us.
struct MediaRequest {
  std::string channel;  // its id, made by us
  std::string app;
  std::string session_id;  // of the announced call, which the audio then claims
};

// How Asterisk is asked for the channel.
struct MediaOffer {
  Request request;
  std::unique_ptr<voice::MediaPort> port{};  // kept for the call, as long as this; null: needs none
};

// How the audio of calls comes to us. On one executor only.
class MediaWay {
 public:
  virtual ~MediaWay() = default;
  // Fails with `invalid` for sessions this way cannot carry, `unavailable` when no more calls fit.
  virtual Result<MediaOffer> offer(const MediaRequest& wanted) = 0;
  // The channel is in our application. Where its audio does not claim the call by itself, this
  // does.
  virtual Task<Result<void>> begin(MediaRequest wanted, voice::MediaPort* port);
};

// By AudioSocket, to `address` (HOST:PORT).
std::unique_ptr<MediaWay> make_audiosocket_way(std::string address);

// By a WebSocket that Asterisk opens as the client of that name in websocket_client.conf says.
std::unique_ptr<MediaWay> make_websocket_way(std::string client, std::string format);

// What a format of Asterisk's is by RTP; nothing for those that we do not speak.
std::optional<voice::AudioFormat> format_of_rtp(std::string_view format);

// By RTP, to a port of ours for each call, in a format that is one by RTP.
struct RtpWayParts {
  voice::MediaPorts& ports;
  voice::CallLog& log;
  Line& line;
  Executor& home;  // where all of this is used
};
std::unique_ptr<MediaWay> make_rtp_way(RtpWayParts parts, std::string format);

}  // namespace aiva::ari
