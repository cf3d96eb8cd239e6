#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "capabilities/voice/types.h"
#include "foundation/error.h"

namespace aiva::voice {

// How a call stands, for those who follow it.
struct CallState {
  std::int64_t at_ms = 0;  // since the call began, as everywhere here
  bool is_caller_speaking = false;
  bool is_agent_speaking = false;
  std::string taken_over_by{};  // the name of the person who speaks instead of the agent; or empty
  std::size_t followers = 0;
};

// Who follows a call. Called on the call's home, between two frames: it must not wait.
class CallMonitor {
 public:
  virtual ~CallMonitor() = default;
  // First of all, and when the agent is replaced or comes back, or followers come or go.
  virtual void state(CallState state) = 0;
  virtual void note(CallEvent event) = 0;
  // What was written into the transcript.
  virtual void line(TranscriptLine line) = 0;
  // A stretch of what was heard, as listen() wants it: 16-bit little-endian samples.
  virtual void heard(std::int64_t at_ms, std::string samples) = 0;
  // A command was not followed.
  virtual void refused(std::string_view command, Error error) = 0;
  // The call is over; nothing follows.
  virtual void over(CallEnd end) = 0;
};

struct ListenWish {
  int rate = 8'000;  // 8000 | 16000
  int channels = 1;  // 1: both sides mixed; 2: the caller left, the agent right
};

// The place of one who follows a call; it ends with the object, and what it took over is handed
// back then. Any thread. Commands to a call that is over are dropped.
class MonitorSeat {
 public:
  virtual ~MonitorSeat() = default;
  // Nothing: no more.
  virtual void listen(std::optional<ListenWish> wish) = 0;
  // Instructions that the agent's next answers follow, and the caller does not hear of. Empty: none
  // any more.
  virtual void whisper(std::string text) = 0;
  // The agent says this instead of what it was about to say.
  virtual void say(std::string text) = 0;
  // The agent falls silent, and speak() is what the caller hears: 16-bit little-endian samples of
  // `rate` (8000, 16000, 24000, 48000), at the pace of time. Refused with `conflict` while somebody
  // else does it.
  virtual void take_over(int rate) = 0;
  virtual void speak(std::string samples) = 0;
  virtual void hand_back() = 0;
  // Ends the call after what it is saying.
  virtual void hang_up() = 0;
};

}  // namespace aiva::voice
