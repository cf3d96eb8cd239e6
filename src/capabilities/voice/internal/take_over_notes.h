#pragma once

#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/types.h"
#include "capabilities/voice/internal/spoken_track.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/task.h"
#include "ports/chat_model.h"
#include "ports/speech_recognizer.h"
#include "ports/voice_detector.h"

namespace aiva::voice {

// Writes down what a caller and the person say who has taken the call over, one piece after the
// other, each when its words are known. On the call's home; shared with its own work.
class TakeOverNotes final : public std::enable_shared_from_this<TakeOverNotes> {
 public:
  struct Parts {
    SpeechRecognizer& recognizer;
    VoiceDetectors& detectors;
    double voice_threshold = 0.5;
    std::string language{};
    // Of the person: assistant.
    std::function<void(ChatRole who, TranscriptLine line)> write{};
    std::function<void(std::string model, billing::MicroUsd cost)> pay{};
  };
  // `context` is the call's: its home, its tenant, no deadline.
  TakeOverNotes(Parts parts, CallContext context, AudioFormat format);

  void hear_caller(CallMs now, std::string_view audio);
  void hear_person(CallMs now, std::string_view audio);
  void beat(CallMs now);
  // The person has given the call back, or it is over: what was begun is over, too.
  void finish(CallMs now);
  // Returns when everything is written, or given up.
  Task<void> settle();
  // What is not recognised by now is not written down.
  void give_up();

 private:
  struct Waiting {
    ChatRole who;
    SpokenPiece piece;
  };

  void keep(ChatRole who, std::optional<SpokenPiece> piece);
  Task<void> write_all();

  Parts parts_;
  CallContext context_;
  SpokenTrack caller_;
  SpokenTrack person_;
  std::deque<Waiting> waiting_{};
  std::vector<std::coroutine_handle<>> settling_{};
  bool is_writing_ = false;
  bool is_given_up_ = false;
};

}  // namespace aiva::voice
