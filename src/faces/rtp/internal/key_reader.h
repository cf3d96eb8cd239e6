#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audio/rtp_packet.h"

namespace aiva::rtp {

// Keys out of the packets that tell of them (RFC 4733): each is told many times, its end three
// times, and some of that is lost. Each counts once, when it is let go.
class KeyReader {
 public:
  // The keys that this packet completes, mostly none. `timestamp` is the same in all packets of one
  // pressing.
  std::string take(std::uint32_t timestamp, const audio::TelephoneEvent& event);
  // 20 ms are over: a key of which nothing more came counts as let go.
  std::optional<char> pass_frame();
  // The sender's clock is another one from now on.
  void forget();

 private:
  void finish(std::string& keys);

  struct Pressed {
    std::uint32_t timestamp = 0;
    char digit = 0;
    int quiet_frames = 0;
  };
  std::optional<Pressed> pressed_{};
  std::optional<std::uint32_t> last_{};  // of the key that was told last
};

}  // namespace aiva::rtp
