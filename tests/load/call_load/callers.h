#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "load/call_load/marks.h"
#include "load/call_load/spans.h"
#include "load/chat_load/wire.h"

namespace aiva::load {

enum class Line : std::uint8_t { audiosocket, rtp };

// A call that was announced.
struct AnnouncedCall {
  Uuid session{};
  std::uint16_t port = 0;  // of the server, where its audio goes
};

struct CallPlan {
  Line line = Line::audiosocket;
  std::vector<AnnouncedCall> sessions{};  // one after the other
  std::size_t at_a_time = 100;
  std::chrono::milliseconds begin_every{5};  // so many begin one after the other
  bool is_loud = false;                      // frames carry marks; otherwise they are silent
  // Zero: calls last until the measuring is over. Otherwise each lasts from half to one and a half
  // of it, and the next one takes its place.
  std::chrono::milliseconds lasts{0};
  std::chrono::milliseconds settle{1'500};  // after the last has begun, before measuring
  std::chrono::milliseconds measure{10'000};
  std::function<void()> when_measuring_begins{};
  std::function<void()> when_measuring_ends{};  // all calls still go on
};

struct CallFigures {
  std::int64_t calls = 0;  // that were begun
  double seconds = 0;      // measured; without an end of the calls, all of it
  double call_seconds = 0;
  double cpu_seconds = 0;  // of the callers, while measuring
  std::int64_t frames = 0;
  double missing = 0;      // frames that a caller should have heard by then
  Spans apart{};           // how far from 20 ms two frames came after one another
  Spans own_lateness{};    // of the callers' clock
  Spans answer{};          // from the emulator to its first frame
  Spans answer_unpaced{};  // of it beyond the next frame that was due
  std::int64_t lost = 0;   // calls that ended before their time
};

// Callers that speak AudioSocket or RTP with mu-law: each sends a frame every 20 ms and hears what
// comes, all on the thread that calls run().
class Callers {
 public:
  Callers(CallPlan plan, Crossings& crossings);
  CallFigures run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Caller {
    Descriptor socket{};
    std::string rest{};  // of a frame that has come in part
    std::uint32_t frame = 0;
    std::uint16_t sequence = 0;  // of RTP
    Clock::time_point heard_at{};
    Clock::time_point ends_at = Clock::time_point::max();
    Clock::time_point free_at{};
    std::int64_t frames = 0;  // heard while measuring
  };

  void tick();
  void begin_due(Clock::time_point now);
  void begin(std::size_t index);
  void end(Caller& caller);
  void speak(std::size_t index);
  [[nodiscard]] std::string next_frame(std::size_t index, std::string_view mu_law);
  void hear(std::size_t index);
  void hear_packet(std::size_t index, std::string_view packet);
  std::size_t take_frames(std::size_t index, std::string_view bytes, Clock::time_point now);
  void take_audio(std::size_t index, std::optional<FrameMark> mark, Clock::time_point now);
  void begin_measuring();
  void end_measuring();
  [[nodiscard]] bool is_over() const;

  CallPlan plan_;
  Crossings& crossings_;
  Descriptor poll_;
  Descriptor timer_;
  std::vector<Caller> callers_;
  std::size_t next_session_ = 0;
  std::size_t talking_ = 0;
  std::size_t phase_ = 0;
  Clock::time_point due_{};       // of the next tick
  Clock::time_point begin_at_{};  // of the next call
  Clock::time_point all_began_{};
  Clock::time_point measure_from_ = Clock::time_point::max();
  bool is_measuring_ = false;
  bool is_measured_ = false;
  double cpu_before_ = 0;
  CallFigures figures_;
};

}  // namespace aiva::load
