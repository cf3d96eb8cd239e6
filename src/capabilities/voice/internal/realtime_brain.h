#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/call_tools.h"
#include "capabilities/voice/internal/answer_marks.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/provider_audio.h"
#include "capabilities/voice/internal/spoken_run.h"
#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/spoken_words.h"
#include "capabilities/voice/turn_taking.h"
#include "foundation/call_context.h"
#include "ports/realtime_model.h"

namespace aiva::voice {

struct RealtimeParts {
  RealtimeModel& model;
  chat::CallTools& tools;
};

// A provider's model that hears and speaks leads the call; its functions are the agent's. When the
// provider cuts the session, or is about to by its limit of time, another one goes on with what was
// said.
class RealtimeBrain final : public Brain, public std::enable_shared_from_this<RealtimeBrain> {
 public:
  // `context` is the call's: its home, its tenant, no deadline. The host outlives end().
  RealtimeBrain(CallHost& host, RealtimeParts parts, CallContext context,
                agents::ActiveAgentPointer agent, ChatSessionId session, AudioFormat format);

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
  Task<void> settle() override { co_return; }
  // Takes over a call in which this was said: nobody is greeted.
  void take_over(const std::vector<TranscriptLine>& said);
  // Since when the caller speaks, as the provider has noticed; nothing: they do not.
  [[nodiscard]] std::optional<CallMs> speaking_since() const {
    return is_caller_speaking_ ? std::optional(speaking_since_) : std::nullopt;
  }

 private:
  using Line = std::shared_ptr<RealtimeSession>;  // shared with who waits for its events

  // An answer that is to be asked for as soon as none is given.
  struct Wanted {
    std::string instructions{};
    std::string words{};   // to be said exactly, where there are any
    bool is_ours = false;  // words of ours: what the caller says meanwhile does not replace them
  };
  struct Words {
    ChatRole role;
    std::string text;
  };
  struct Spoken {
    CallMs since = 0;
    CallMs until = 0;
  };

  // The connection.
  [[nodiscard]] RealtimeSettings settings() const;
  Task<void> connect();
  Task<void> roll_over();
  Task<void> listen(Line line, std::uint64_t number, std::stop_token stop);
  void adopt(std::unique_ptr<RealtimeSession> session);
  void lose_line(const Error* error);
  void retry(const Error& error);
  void connect_later();
  void remember(ChatRole role, std::string text);
  [[nodiscard]] bool is_ending_soon() const;

  // What the provider tells.
  void take(RealtimeEvent event);
  void take_start_of_speech(const RealtimeEvent& event);
  void take_end_of_speech(const RealtimeEvent& event);
  void take_user_words(RealtimeEvent event);
  void take_words(const RealtimeEvent& event);
  void tell_sentences(bool is_end);
  void take_audio(const RealtimeEvent& event);
  void take_end_of_answer(const RealtimeEvent& event);
  void charge(const RealtimeUsage& usage);
  void charge_time(bool is_end);
  [[nodiscard]] std::string model_name() const;

  // What is answered.
  void want(std::string instructions, bool is_ours, std::string words = {});
  void ask_next();
  Task<void> call_tools(std::vector<ToolCall> calls, std::uint64_t number);
  void take_results(const std::vector<ToolCall>& calls, const Result<chat::ToolAnswer>& answer,
                    std::uint64_t number);
  void act(TurnActions actions);
  // `told` is what the model reads of it.
  void begin_question(std::string words, std::string told);
  void begin_turn(CallMs spoken_until);
  void begin_answer();
  void drop_answer();
  void stop_answer(bool tell_provider);
  void finish_if_silent();
  void finish_line(std::string text, bool is_interrupted);
  void end_answer(bool is_cut_off);
  [[nodiscard]] bool is_saying() const { return host_.is_speaking() || run_.has_audio(); }
  [[nodiscard]] bool is_wanted(const RealtimeEvent& event) const {
    return !is_dropped_ && !active_.empty() && event.answer == active_;
  }
  [[nodiscard]] bool is_at_rest() const;
  [[nodiscard]] CallContext context_for(std::chrono::milliseconds time_max) const;

  CallHost& host_;
  RealtimeParts parts_;
  CallContext context_;
  agents::ActiveAgentPointer agent_;
  ChatSessionId session_;
  ProviderAudio audio_;
  TurnTaking turns_;  // for silence and digits; who speaks the provider says
  std::stop_source stop_{};
  Waiters waiting_{};

  Line line_{};
  std::stop_source line_stop_{};
  std::uint64_t line_number_ = 0;
  CallMs line_since_ = 0;
  std::int64_t lasted_ms_ = 0;  // what lines before this one lasted
  std::int64_t paid_ms_ = 0;    // of all lines
  bool is_connecting_ = false;
  bool is_plain_ = false;  // without the agent's wishes for model and voice: they were refused
  bool has_greeted_ = false;
  int failures_ = 0;  // since an answer was given
  std::optional<CallMs> connect_at_{};
  std::optional<std::vector<ToolDefinition>> tools_{};
  std::string unheard_{};  // audio for a line that is not open yet
  std::deque<Words> history_{};
  std::size_t history_bytes_ = 0;

  std::string active_{};     // the answer that the provider gives
  bool is_dropped_ = false;  // and of which nothing is played any more
  bool is_asked_ = false;    // an answer that has not begun
  std::optional<Wanted> wanted_{};
  Wanted asked_{};
  std::vector<ToolCall> calls_{};  // of the active answer
  bool is_calling_ = false;
  bool is_caller_speaking_ = false;
  CallMs speaking_since_ = 0;
  SpokenRun run_;
  SentenceCutter sentences_{};
  std::string item_{};            // whose audio comes
  std::uint64_t run_number_ = 0;  // of the line that says it
  std::map<std::string, Spoken> utterances_{};
  AnswerMarks marks_{};
  CallMs line_starts_ = 0;
  bool is_answering_ = false;  // the leg was told that an answer began
  std::string guidance_{};     // of those who follow the call
  bool takes_turns_ = true;
  bool is_held_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::voice
