#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/internal/answer_watch.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/ear.h"
#include "foundation/call_context.h"
#include "ports/voice_detector.h"

namespace aiva::voice {

// A call of ours before anybody is greeted: listens to who answers, and lets the brain begin that
// is to lead the call, whatever it is, once somebody is to be spoken to. Later words or a beep may
// still show a machine, which the brain then speaks to no more. What a machine is told a cascade
// says, word by word.
class AnswerGuard final : public Brain,
                          public CallHost,
                          public std::enable_shared_from_this<AnswerGuard> {
 public:
  using MakeBrain = std::function<std::shared_ptr<Brain>(CallHost&)>;
  struct Parts {
    MachineRule rule;
    CascadeParts voices;  // that hear who answers, and say its message
    VoiceDetectors& detectors;
    MakeBrain make_brain;
  };

  // As Cascade.
  AnswerGuard(CallHost& host, Parts parts, CallContext context, agents::ActiveAgentPointer agent,
              ChatSessionId session, AudioFormat format);

  void begin() override;
  void hear(std::string_view audio) override;
  void digit(char digit) override;
  void ask(std::string words) override;
  void take_turns(bool by_itself) override;
  void commit() override;
  void clear() override;
  void cancel() override;
  void beat() override;
  void say(std::string_view text) override;
  void whisper(std::string text) override;
  void hold(bool is_held) override;
  void note_said(ChatRole role, std::string text) override;
  void speech_began() override;
  void speech_ended() override;
  [[nodiscard]] bool is_busy() const override;
  void end() override;
  Task<void> settle() override;

  // What the brain sees of its call.
  [[nodiscard]] CallMs now() const override { return host_.now(); }
  Playout& playout() override { return host_.playout(); }
  [[nodiscard]] bool is_speaking() const override { return host_.is_speaking(); }
  void note(CallEvent::Kind kind, std::string text, bool is_cut_off) override {
    host_.note(kind, std::move(text), is_cut_off);
  }
  Heard stop_speech() override { return host_.stop_speech(); }
  void write_line(TranscriptLine line) override;
  void use_model(std::string model, billing::MicroUsd base) override {
    host_.use_model(std::move(model), base);
  }
  void count_turn() override { host_.count_turn(); }
  void count_interruption() override { host_.count_interruption(); }
  void note_answered_by(std::string_view who) override { host_.note_answered_by(who); }
  void end_after_speech(CallEnd end, std::string transfer_target) override {
    host_.end_after_speech(end, std::move(transfer_target));
  }
  [[nodiscard]] bool is_ending() const override { return host_.is_ending(); }

 private:
  void follow(const std::vector<AnswerStep>& steps);
  void greet_when_free();
  void note_answer();
  void hush();
  Task<void> recognize_answer();
  // Who says what is to be said without the brain.
  Cascade& messenger();
  // Who speaks: the brain, the messenger, or nobody yet.
  [[nodiscard]] Brain* speaker() const;
  // The brain, while it may be spoken with.
  [[nodiscard]] Brain* listener() const;
  [[nodiscard]] bool is_watching() const;

  CallHost& host_;
  Parts parts_;
  CallContext context_;
  agents::ActiveAgentPointer agent_;
  ChatSessionId session_;
  AudioFormat format_;
  AnswerWatch watch_;
  Ear ear_;
  std::vector<HeardWindow> windows_{};
  std::string answer_{};  // the first words of whoever answered
  std::string words_{};   // of later ones, until the next beat
  std::stop_source stop_{};
  // Both shared with their own work, which may outlast them.
  std::shared_ptr<Brain> brain_{};
  std::shared_ptr<Cascade> messenger_{};  // the brain has ended, or not begun, while there is one
  std::string whispered_{};
  bool takes_turns_ = true;
  bool is_held_ = false;
  bool is_greeting_due_ = false;
  bool is_leaving_message_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::voice
