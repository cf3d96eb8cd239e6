#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/chat.h"
#include "capabilities/voice/internal/answer_marks.h"
#include "capabilities/voice/internal/beside_chat.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/ear.h"
#include "capabilities/voice/internal/flow_lead.h"
#include "capabilities/voice/internal/heard_stream.h"
#include "capabilities/voice/internal/leg_voice.h"
#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/phrases.h"
#include "capabilities/voice/spoken_words.h"
#include "capabilities/voice/turn_taking.h"
#include "foundation/call_context.h"
#include "foundation/tracer.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_stream.h"
#include "ports/speech_synthesizer.h"
#include "ports/voice_detector.h"
#include "ports/voice_stream.h"

namespace aiva::voice {

struct CascadeParts {
  chat::Chat& chat;
  SpeechRecognizer& recognizer;
  SpeechSynthesizer& synthesizer;
  // Asked before the two above; may be null.
  StreamingRecognizer* heard_streams = nullptr;
  StreamingSynthesizer* voice_streams = nullptr;
  Tracer* tracer = nullptr;  // null: turns are not recorded
};

// Recognizer, chat turn and synthesizer in a row: the caller's words are answered as in a chat, and
// the answer is spoken sentence by sentence while it is written.
class Cascade final : public Brain, public std::enable_shared_from_this<Cascade> {
 public:
  // `context` is the call's: its home, its tenant, no deadline. The host outlives end().
  Cascade(CallHost& host, CascadeParts parts, CallContext context, agents::ActiveAgentPointer agent,
          ChatSessionId session, AudioFormat format, std::unique_ptr<VoiceDetector> detector,
          std::shared_ptr<FlowLead> lead = nullptr);

  void begin() override;
  // Takes over a call that another brain had begun: nobody is greeted.
  void take_over();
  // Another brain takes over; its flows may go on there.
  void retire();
  // Neither the caller nor the agent has anything to say.
  [[nodiscard]] bool is_at_rest() const;
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

 private:
  struct Sentence {
    std::string text;
    bool is_written_down = true;  // false: a filler
  };

  void act(TurnActions actions);
  // What a stream hears; in cascade_hearing.cpp.
  void begin_hearing();
  void take_event(const SpeechStreamEvent& event);
  void know_words(std::string words);
  void finish_hearing(std::int64_t mark);
  [[nodiscard]] std::int64_t hearing_mark() const { return heard_ ? heard_->mark() : 0; }
  [[nodiscard]] bool is_streamed() const {
    return heard_ && (takes_turns_ || !heard_->takes_turns());
  }
  Task<Result<Transcript>> write_down(std::vector<std::int16_t> samples);
  void look_at_utterance();
  void charge_hearing(const Transcript& transcript);
  void take_turn();
  void start_answer(std::string words, bool is_keyed = false);
  // The chat answers it, which is told what was said beside it.
  void ask_chat(std::string words);
  // What is said to the caller; in cascade_speaking.cpp.
  void greet();
  void queue(std::string sentence, bool is_written_down = true);
  void take_sentences(bool is_end);
  void begin_answer();
  void end_answer(bool is_cut_off);
  void stop_answer();
  void finish_line(std::string_view heard, bool is_interrupted);
  void finish_if_silent();
  void charge_saying(const std::string& provider, std::string_view text);
  Task<void> speak(std::uint64_t generation);
  Task<Result<void>> speak_sentence(const Sentence& sentence, std::uint64_t generation);
  // Flows; in cascade_flow.cpp.
  void follow_flow(const FlowActions& actions);
  // Whether a flow takes what the caller said or keyed in.
  bool lead_on(std::string_view words, bool is_keyed);
  // Whether a flow that waits for an answer got none.
  bool miss_answer();
  Task<void> recognize(std::uint64_t look);
  Task<void> recognize_turn(std::vector<std::int16_t> samples, std::int64_t mark,
                            std::uint64_t generation);
  Task<void> answer(chat::Turn turn, BesideChat::Question question, std::uint64_t generation);
  Task<Result<void>> listen(std::uint64_t generation, chat::TurnEvent event);
  [[nodiscard]] bool is_stale(std::uint64_t generation) const {
    return is_over_ || generation != generation_;
  }
  [[nodiscard]] CallContext context_for(std::chrono::milliseconds time_max) const;

  void wake();
  // A turn is recorded from the end of what the caller says to the end of the answer.
  void begin_turn();
  void end_turn();

  CallHost& host_;
  CascadeParts parts_;
  CallContext context_;
  agents::ActiveAgentPointer agent_;
  ChatSessionId session_;
  AudioFormat format_;
  Ear ear_;
  std::shared_ptr<HeardStream> heard_{};  // shared with its own work
  std::shared_ptr<LegVoice> voice_;       // shared with what it says
  TurnTaking turns_;
  std::shared_ptr<FlowLead> lead_;  // null: no flow leads; shared with its own work
  std::vector<HeardWindow> windows_{};
  Waiters waiting_{};

  std::string words_{};                   // of the utterance, from the last look
  std::optional<std::uint64_t> known_{};  // the look they come from
  std::uint64_t look_ = 0;

  TraceContext turn_{};  // the call's own where no turn goes on
  Span turn_span_{};
  std::uint64_t generation_ = 0;  // of what is said: raised when it is stopped
  std::stop_source stop_{};
  SentenceCutter cutter_{};
  std::deque<Sentence> queue_{};
  std::string said_{};      // given to the playout, of the answer
  CallMs line_starts_ = 0;  // when its first audio was heard
  AnswerMarks marks_{};
  BesideChat beside_{};
  bool is_led_ = false;        // what is being said is a flow's
  bool is_writing_ = false;    // the answer's text still comes
  bool is_speaking_ = false;   // speak() runs
  std::string guidance_{};     // of those who follow the call
  bool takes_turns_ = true;    // finds out by itself when the caller has finished
  bool is_keeping_ = false;    // if not: audio was heard since the last turn
  bool is_answering_ = false;  // the leg was told that an answer began
  bool is_cut_short_ = false;  // a flow's question was, and nothing was answered yet
  bool is_over_ = false;
};

}  // namespace aiva::voice
