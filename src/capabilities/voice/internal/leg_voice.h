#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/leg.h"
#include "capabilities/voice/turn_taking.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/speech_synthesizer.h"
#include "ports/voice_stream.h"

namespace aiva::voice {

// A text as it is said, in the leg's format.
class LegAudio {
 public:
  virtual ~LegAudio() = default;
  // The next of it, nothing at its end.
  virtual Task<Result<std::optional<std::string>>> next(CallContext context) = 0;
  // Who says it, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
};

// The voice of a call: by a provider's stream where there is one, and by the synthesizer where
// there is none or it fails. Used on the call's home.
class LegVoice : public std::enable_shared_from_this<LegVoice> {
 public:
  // `streams` may be null.
  LegVoice(SpeechSynthesizer& synthesizer, StreamingSynthesizer* streams, AudioFormat format,
           std::string voice);

  Task<Result<std::unique_ptr<LegAudio>>> speak(CallContext context, std::string text);
  // What is being said is not wanted any more.
  void clear();
  // At every beat of the call, and when it is over.
  void beat(CallMs now);

 private:
  class Plain;
  class Streamed;

  Task<Result<std::unique_ptr<LegAudio>>> speak_plainly(CallContext context, std::string text);
  Task<Result<void>> begin(CallContext context, std::string text);
  Task<Result<std::optional<std::string>>> next(CallContext context, std::uint64_t number);
  Task<void> wait_for_turn();
  void wake();
  void release();
  void leave_stream(const Error& error, const CallContext& context);

  SpeechSynthesizer& synthesizer_;
  AudioFormat format_;
  std::string provider_{};  // of the stream
  std::unique_ptr<VoiceStream> stream_{};
  Waiters waiting_{};
  std::uint64_t number_ = 0;  // of the text
  bool is_busy_ = false;      // somebody waits for the stream
  CallMs now_ = 0;
  CallMs rests_until_ = 0;  // the stream, after it failed
};

}  // namespace aiva::voice
