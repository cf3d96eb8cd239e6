#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capabilities/voice/types.h"
#include "foundation/result.h"

namespace aiva::voice {

// A port that is kept for one call. It is free again when this goes without a call.
class MediaPort {
 public:
  virtual ~MediaPort() = default;
  [[nodiscard]] virtual const std::string& address() const = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // The audio that comes to the port is that of this announced call. Once.
  virtual void await(Call call) = 0;
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
