#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "capabilities/voice/playout.h"
#include "capabilities/voice/turn_taking.h"
#include "capabilities/voice/types.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::voice {

// What a brain may do to its call. Used on the call's home, and no more once the brain was ended.
class CallHost {
 public:
  virtual ~CallHost() = default;
  // Milliseconds since the call began.
  [[nodiscard]] virtual CallMs now() const = 0;
  virtual Playout& playout() = 0;
  // True until everything that was given to the playout was heard.
  [[nodiscard]] virtual bool is_speaking() const = 0;
  virtual void note(CallEvent::Kind kind, std::string text = {}, bool is_cut_off = false) = 0;
  // Stops at once, here and at the far end; says what was heard.
  virtual Heard stop_speech() = 0;
  virtual void write_line(TranscriptLine line) = 0;
  // The provider's model was used: "provider/model", and what that costs before the margin.
  virtual void use_model(std::string model, billing::MicroUsd base) = 0;
  virtual void count_turn() = 0;
  virtual void count_interruption() = 0;
  // Who answered a call of ours, as name_of(AnsweredBy); the last one counts.
  virtual void note_answered_by(std::string_view who) = 0;
  // Ends the call as soon as everything that is to be said was heard.
  virtual void end_after_speech(CallEnd end, std::string transfer_target) = 0;
  // True once that was said: nothing new is begun any more.
  [[nodiscard]] virtual bool is_ending() const = 0;
};

// Who listens and answers. One call, on its home.
class Brain {
 public:
  virtual ~Brain() = default;
  virtual void begin() = 0;
  // Audio as it came from the leg.
  virtual void hear(std::string_view audio) = 0;
  virtual void digit(char digit) = 0;
  // As of LiveCall.
  virtual void ask(std::string words) = 0;
  virtual void take_turns(bool by_itself) = 0;
  virtual void commit() = 0;
  virtual void clear() = 0;
  virtual void cancel() = 0;
  virtual void beat() = 0;
  // Says words of ours, instead of whatever it was about to say.
  virtual void say(std::string_view text) = 0;
  // Instructions that its next answers follow and the caller does not hear of, instead of those
  // before; empty: none any more.
  virtual void whisper(std::string text) = 0;
  // While it is held, because a person speaks instead or the caller hears something else: it falls
  // silent, hears nothing and says nothing but by say().
  virtual void hold(bool is_held) = 0;
  // Was said in the call beside it, while it was held; of somebody who spoke instead: assistant.
  virtual void note_said(ChatRole role, std::string text) = 0;
  // The first frame after silence was played.
  virtual void speech_began() = 0;
  // All that was given to the playout was heard.
  virtual void speech_ended() = 0;
  // True while it has more to say.
  [[nodiscard]] virtual bool is_busy() const = 0;
  // The call is over; the host is not to be used any more.
  virtual void end() = 0;
  // Returns when all that it keeps of the call is kept; told after end().
  virtual Task<void> settle() = 0;
};

}  // namespace aiva::voice
