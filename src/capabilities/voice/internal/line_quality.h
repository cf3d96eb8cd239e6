#pragma once

#include <cstdint>

#include "audio/call_quality.h"
#include "capabilities/voice/turn_taking.h"

namespace aiva::voice {

// How a call's frames kept time, where nothing but the frames tells: over TCP nothing is lost, but
// what comes too late is missing all the same.
class LineQuality {
 public:
  // So many milliseconds of the caller's audio came.
  void heard(CallMs now, std::int64_t ms);
  // A frame was begun so late.
  void begun(double late_ms);
  // Frames that were never begun, after a stall.
  void skipped(std::int64_t frames);
  // A frame of a sentence that was not there in time.
  void missed() { lose_out(1); }

  // Over a call of so many milliseconds; the worse of both ways.
  [[nodiscard]] audio::CarriedAudio carried(CallMs duration) const;

 private:
  struct Losses {
    std::int64_t ms = 0;
    std::int64_t runs = 0;
  };
  void lose_out(std::int64_t frames);

  Losses in_{};
  Losses out_{};
  CallMs heard_until_ = -1;
  double last_late_ms_ = 0;
  double late_sum_ms_ = 0;
  double jitter_ms_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t last_missed_ = -1;  // frame
};

// The opinion score of a call, 1…4.5; 0 where it was too short to tell.
double opinion_of(const audio::CarriedAudio& carried, CallMs duration);

}  // namespace aiva::voice
