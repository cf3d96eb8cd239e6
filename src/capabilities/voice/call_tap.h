#pragma once

#include <cstdint>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "capabilities/voice/types.h"

namespace aiva::voice {

// Who hears what is said in a call. Called on the call's home, between two frames: it must not
// wait. All times are milliseconds since the call began; audio is in the leg's format.
class CallTap {
 public:
  virtual ~CallTap() = default;
  // The caller's audio, which came just now.
  virtual void heard(std::int64_t now, std::string_view audio) = 0;
  // A frame that the caller hears from `at` on, which may be ahead of time.
  virtual void played(std::int64_t at, std::string_view frame) = 0;
  // What was played to be heard from `at` on is not.
  virtual void cut(std::int64_t at) = 0;
  virtual void note(const CallEvent&) {}
  virtual void line(const TranscriptLine&) {}
  // Every 20 ms.
  virtual void beat(std::int64_t now) = 0;
  // The call is over; nothing follows.
  virtual void over(std::int64_t now, CallEnd end) = 0;
};

}  // namespace aiva::voice
