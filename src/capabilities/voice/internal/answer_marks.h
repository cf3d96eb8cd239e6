#pragma once

#include <string>
#include <utility>

#include "capabilities/voice/turn_taking.h"
#include "capabilities/voice/types.h"

namespace aiva::voice {

// When the steps of an answer were reached, in milliseconds from the end of the caller's speech;
// -1: not reached, or nobody had spoken.
struct AnswerMarks {
  CallMs spoken_until = -1;  // of the call's own clock
  CallMs end_of_turn = -1;
  CallMs recognised = -1;
  CallMs first_token = -1;
  CallMs first_audio = -1;

  // The step is reached now, unless it was before.
  void reach(CallMs AnswerMarks::* step, CallMs now) {
    if (spoken_until >= 0 && this->*step < 0) this->*step = now - spoken_until;
  }
};

// What an agent said, as the transcript keeps it.
inline TranscriptLine agent_line(std::string text, const AnswerMarks& marks, CallMs starts,
                                 CallMs ends, bool is_interrupted) {
  return {.speaker = "agent",
          .text = std::move(text),
          .starts_ms = starts,
          .ends_ms = ends,
          .is_interrupted = is_interrupted,
          .end_of_turn_ms = marks.end_of_turn,
          .recognised_ms = marks.recognised,
          .first_token_ms = marks.first_token,
          .first_audio_ms = marks.first_audio};
}

}  // namespace aiva::voice
