#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/flow_lead.h"
#include "capabilities/voice/internal/realtime_brain.h"
#include "foundation/call_context.h"

namespace aiva::voice {

// A call of an agent with flows whose voice is a provider's model: while a flow leads, a cascade
// hears and speaks, because a flow's words are said as they are written; in between the model does,
// which is told what was said.
class BrainRelay final : public Brain,
                         public CallHost,
                         public std::enable_shared_from_this<BrainRelay> {
 public:
  struct Parts {
    CascadeParts cascade;
    RealtimeParts model;
    VoiceDetectors& detectors;
    std::shared_ptr<FlowLead> lead;  // shared with the cascade and its own work
  };

  // As Cascade and RealtimeBrain.
  BrainRelay(CallHost& host, Parts parts, CallContext context, agents::ActiveAgentPointer agent,
             ChatSessionId session, AudioFormat format);

  void begin() override;
  void hear(std::string_view audio) override;
  void digit(char digit) override { runner().digit(digit); }
  void ask(std::string words) override;
  void take_turns(bool by_itself) override;
  void commit() override { runner().commit(); }
  void clear() override { runner().clear(); }
  void cancel() override { runner().cancel(); }
  void beat() override;
  void say(std::string_view text) override { runner().say(text); }
  void whisper(std::string text) override;
  void hold(bool is_held) override;
  void note_said(ChatRole role, std::string text) override;
  void speech_began() override { runner().speech_began(); }
  void speech_ended() override { runner().speech_ended(); }
  [[nodiscard]] bool is_busy() const override { return runner().is_busy(); }
  void end() override;
  Task<void> settle() override;

  // What the brain that runs sees of its call.
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
  void note_answered_by(std::string_view who) override { host_.note_answered_by(who); }
  void count_turn() override { host_.count_turn(); }
  void count_interruption() override { host_.count_interruption(); }
  void end_after_speech(CallEnd end, std::string transfer_target) override {
    host_.end_after_speech(end, std::move(transfer_target));
  }
  [[nodiscard]] bool is_ending() const override { return host_.is_ending(); }

 private:
  [[nodiscard]] Brain& runner() const {
    return cascade_ ? static_cast<Brain&>(*cascade_) : static_cast<Brain&>(*model_);
  }
  void run_cascade();
  void run_model();
  void prepare_runner();
  void begin_flow(std::string words);
  void keep(std::string_view audio);
  void remember(TranscriptLine line);
  // Tells a brain what was heard in the last so many milliseconds, as far as it is kept.
  void hear_again(Brain& brain, CallMs ms);

  CallHost& host_;
  Parts parts_;
  CallContext context_;
  agents::ActiveAgentPointer agent_;
  ChatSessionId session_;
  AudioFormat format_;
  // One of them runs; shared with its own work, which may outlast it.
  std::shared_ptr<Cascade> cascade_{};
  std::shared_ptr<RealtimeBrain> model_{};
  std::vector<TranscriptLine> said_{};
  std::string heard_{};    // lately; so that words at a change of brains are all the next one's
  std::string trigger_{};  // the words a flow begins with, at the next beat
  std::string whispered_{};
  bool takes_turns_ = true;
  bool is_held_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::voice
