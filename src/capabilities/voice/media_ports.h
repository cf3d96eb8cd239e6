#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "capabilities/voice/types.h"
#include "foundation/result.h"

namespace aiva::voice {

// A telephone system's end of a call's audio, as it tells it itself.
struct MediaPeer {
  std::string address{};  // an IP address
  std::uint16_t port = 0;
  AudioFormat format{};  // what is sent there
};

// A port that is kept for one call. It is free again when this goes without a call; it must not
// outlive whoever gave it.
class MediaPort {
 public:
  virtual ~MediaPort() = default;
  [[nodiscard]] virtual const std::string& address() const = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // The audio that comes to the port is that of this announced call. Once. A peer is spoken to
  // before it has sent anything: the call then begins within half a second. One whose address is
  // none, or may not send, counts as not told.
  virtual void await(Call call, std::optional<MediaPeer> peer) = 0;
  // The telephone system says that the caller has hung up, which RTP itself does not tell. Does
  // nothing before await() and after the call's end.
  virtual void end() = 0;
};

// Ports to which telephone systems send the audio of announced calls, one each. Implemented by a
// face; safe from all threads.
class MediaPorts {
 public:
  virtual ~MediaPorts() = default;
  // Fails with `unavailable` when all of them have calls, or the process is about to stop.
  virtual Result<std::unique_ptr<MediaPort>> take() = 0;
};

}  // namespace aiva::voice
