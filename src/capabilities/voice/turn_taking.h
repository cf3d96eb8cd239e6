#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::voice {

// All times are milliseconds of the call's own clock.
using CallMs = std::int64_t;

struct TurnSettings {
  double voice_threshold = 0.5;      // probability at which a window counts as voice
  double speaking_threshold = 0.65;  // the same while the agent speaks: its echo comes back
  int start_ms = 96;                 // of voice begins an utterance
  int silence_ms = 500;              // after which a turn is over
  int silence_ms_min = 300;          // when the words look finished
  int silence_ms_max = 1200;         // when they do not
  int speculate_ms = 200;            // of silence: the words so far are looked at
  int utterance_ms_max = 30'000;     // then the turn is taken as it is
  int interruption_ms = 320;         // of voice makes an interruption certain
  int interruption_words = 2;        // or so many words
  int echo_guard_ms = 300;           // after the agent begins: only what is surely a voice counts
  int prefix_ms = 300;               // kept of what was heard before an utterance began
  int false_interruption_ms = 1500;  // of silence after a pause: the agent goes on
  int words_late_ms = 3'500;         // of silence: a recogniser that ends turns has failed to
  int filler_after_ms = 1800;        // of thinking; 0: never
  int silence_prompt_ms = 10'000;    // nobody speaks: the agent asks; 0: never
  int silence_prompts_max = 2;       // then the call ends
  int digit_timeout_ms = 3'000;      // between digits
  int digits_max = 32;
  char digit_end = '#';
  bool may_interrupt_greeting = false;
};

// What the call is to do.
struct TurnAction {
  enum class Kind : std::uint8_t {
    begin_utterance,    // keep what is heard, and `ms` of what was heard before
    drop_utterance,     // it was noise
    look_at_utterance,  // recognise what was said so far
    take_turn,          // it is over: answer it
    pause_speech,       // the caller may be interrupting
    resume_speech,      // they were not
    stop_speech,        // they are: forget the answer and what is queued
    say_filler,
    ask_whether_there,
    end_idle,
    take_digits,  // `text` was keyed in
    miss_answer,  // nothing came of what was asked for by expect()
  } kind;
  int ms = 0;
  std::string text{};
  bool operator==(const TurnAction&) const = default;
};
using TurnActions = std::vector<TurnAction>;

// An answer that is waited for.
struct ExpectedAnswer {
  int timeout_ms = 0;  // of silence; 0: for ever
  int digits_max = 0;  // so many digits are all of it; 0: as the settings say
};

// Who may speak when: a state machine without a clock and without I/O. It is told what happens, in
// the order of time, and appends what is to be done.
class TurnTaking {
 public:
  explicit TurnTaking(TurnSettings settings) : settings_(settings) {}

  // A window of `ms` ended at `now` and held a voice with that probability.
  void hear(CallMs now, int ms, double probability, TurnActions& actions);
  // What the recogniser makes of the utterance so far; empty: nothing was said.
  void recognized(CallMs now, std::string_view words, TurnActions& actions);
  // Words of the utterance that were not asked for, all of them so far; more may follow.
  void hear_words(CallMs now, std::string_view words, TurnActions& actions);
  // No words came for a while, whatever else is heard: the utterance is over if there were any.
  void miss_words(CallMs now, TurnActions& actions);

  // A recogniser that ends turns itself is listened to. Silence then ends one only where it agrees,
  // or is late.
  void leave_turns(bool to_recognizer) { are_turns_left_ = to_recognizer; }
  // It says that words began, that they may be over, that they are not, that they are. Nothing
  // begins while the caller is not to be heard.
  void begin_turn(CallMs now, TurnActions& actions);
  void expect_end(CallMs now, std::string_view words, TurnActions& actions);
  void resume_turn(CallMs now);
  void end_turn(CallMs now, std::string_view words, TurnActions& actions);
  void digit(CallMs now, char digit, TurnActions& actions);
  // At least every 100 ms.
  void tick(CallMs now, TurnActions& actions);

  // The agent begins to prepare what it says next. A greeting is protected from interruption, if
  // the settings say so.
  void think(CallMs now, bool is_greeting = false);
  // The first audio of it is played.
  void speak(CallMs now);
  // All of it was played, or the answer failed.
  void finish(CallMs now);
  // While an answer is expected, silence is told as its absence, and nobody is asked whether they
  // are there; nothing: as before.
  void expect(std::optional<ExpectedAnswer> expected) { expected_ = expected; }
  // Forgets what both said so far, as if it had been silent until now; an answer that is expected
  // still is.
  void restart(CallMs now);
  // While it is held (a transfer, hold music) nothing is heard and silence does not count.
  void hold(bool is_held) { is_held_ = is_held; }

  [[nodiscard]] bool is_caller_speaking() const { return caller_ != Caller::silent; }
  [[nodiscard]] bool is_agent_speaking() const { return agent_ == Agent::speaking; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  // Neither speaks, nor is anything prepared or keyed in.
  [[nodiscard]] bool is_quiet() const {
    return caller_ == Caller::silent && agent_ == Agent::silent && digits_.empty();
  }
  // When the caller was last heard speaking.
  [[nodiscard]] CallMs voice_ended_at() const { return last_voice_; }

 private:
  enum class Caller : std::uint8_t { silent, speaking };
  enum class Agent : std::uint8_t { silent, thinking, speaking };

  enum class Look : std::uint8_t { none, asked, answered };

  [[nodiscard]] bool counts_as_voice(CallMs now, double probability) const;
  [[nodiscard]] bool may_be_heard() const;
  [[nodiscard]] int silence_wanted() const;
  void hear_voice(CallMs now, int ms, TurnActions& actions);
  void begin_utterance(CallMs now, int kept_ms, TurnActions& actions);
  void interrupt_by_words(CallMs now, TurnActions& actions);
  void wait_for_recognizer(CallMs now, TurnActions& actions);
  void wait_for_end(CallMs now, TurnActions& actions);
  void end_utterance(CallMs now, TurnActions& actions);
  void interrupt(CallMs now, TurnActions& actions);
  void resume(CallMs now, TurnActions& actions);
  void tick_silence(CallMs now, TurnActions& actions);
  void take_digits(CallMs now, TurnActions& actions);
  [[nodiscard]] int digits_max() const;

  TurnSettings settings_;
  Caller caller_ = Caller::silent;
  Agent agent_ = Agent::silent;
  bool is_greeting_ = false;
  bool is_held_ = false;
  bool is_paused_ = false;
  Look look_ = Look::none;
  bool has_filled_ = false;
  bool are_turns_left_ = false;
  std::string words_{};  // of the utterance, as far as they are recognised
  std::string digits_{};
  std::optional<ExpectedAnswer> expected_{};
  int run_ms_ = 0;     // of voice without a break, before an utterance has begun
  int voiced_ms_ = 0;  // of the utterance
  int prompts_ = 0;
  CallMs began_ = 0;  // the utterance
  CallMs last_voice_ = 0;
  CallMs last_words_ = 0;
  CallMs agent_since_ = 0;  // in its state
  CallMs quiet_since_ = 0;  // both
  CallMs last_digit_ = 0;
};

}  // namespace aiva::voice
