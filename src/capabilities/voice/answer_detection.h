#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/turn_taking.h"

namespace aiva::voice {

// Who or what has picked up.
enum class AnsweredBy : std::uint8_t {
  human,
  machine_voicemail,    // takes a message
  machine_ivr,          // a menu
  machine_unavailable,  // says that nobody can be reached, and takes none
  uncertain,            // nobody spoke, or it could not be told
};

std::string_view name_of(AnsweredBy who);
[[nodiscard]] inline bool is_machine(AnsweredBy who) {
  return who != AnsweredBy::human && who != AnsweredBy::uncertain;
}

// The machine that says such words, in English or German; nothing where a person may.
std::optional<AnsweredBy> machine_by_words(std::string_view words);

struct AnswerSettings {
  double voice_threshold = 0.5;
  int first_word_ms = 1500;     // nobody has spoken until then: uncertain
  int gap_ms = 300;             // of silence within unbroken speech
  int look_ms = 300;            // of silence: the words so far are looked at
  int pause_ms = 700;           // of silence after a greeting: a person waits for an answer
  int patience_ms = 1200;       // the same while its words are not known yet
  int early_look_ms = 2400;     // of unbroken speech: its words are looked at
  int unbroken_ms = 3000;       // no person speaks so long
  int decide_ms_max = 4000;     // since the call began
  int correct_ms_max = 15'000;  // until then a beep or words prove a machine after all
  int after_beep_ms = 300;      // then the message may begin
  int silence_ms = 2500;        // of a machine without a beep: the same
  int message_wait_ms_max = 60'000;
};

// What is to be done.
struct AnswerAction {
  enum class Kind : std::uint8_t {
    look,           // recognise what was said since the call began
    decided,        // `who`; again where it was a machine after all
    begin_message,  // the machine listens; again where it beeped only after that
    give_up,        // it never did
  } kind;
  AnsweredBy who = AnsweredBy::uncertain;
  bool operator==(const AnswerAction&) const = default;
};
using AnswerActions = std::vector<AnswerAction>;

// Tells a person who answers from a machine, by how long they speak before they pause, by their
// words and by the beep: a state machine without a clock and without I/O. The call begins at 0; it
// is told what happens in the order of time, and appends what is to be done.
class AnswerDetection {
 public:
  explicit AnswerDetection(AnswerSettings settings = {}) : settings_(settings) {}

  // A window of `ms` ended at `now` and held a voice with that probability.
  void hear(CallMs now, int ms, double probability, AnswerActions& actions);
  // What was said since the call began, or, once that is decided, in a later turn.
  void recognized(CallMs now, std::string_view words, AnswerActions& actions);
  // A steady tone of that frequency ended.
  void beep(CallMs now, double hertz, AnswerActions& actions);
  // At least every 100 ms.
  void tick(CallMs now, AnswerActions& actions);

  [[nodiscard]] std::optional<AnsweredBy> who() const { return who_; }
  // Whether anything that is heard from now on may still change that, or begin a message.
  [[nodiscard]] bool may_correct(CallMs now) const;

 private:
  void consider(CallMs now, AnswerActions& actions);
  void look(AnswerActions& actions);
  void decide(AnsweredBy who, AnswerActions& actions);
  void prove(CallMs now, AnsweredBy machine, AnswerActions& actions);
  void await_message(CallMs now, AnswerActions& actions);

  enum class Look : std::uint8_t { none, asked, answered };

  AnswerSettings settings_;
  std::optional<AnsweredBy> who_{};
  std::optional<CallMs> first_voice_{};
  CallMs run_since_ = 0;  // of speech without a gap
  CallMs last_voice_ = 0;
  Look look_ = Look::none;
  std::optional<CallMs> beeped_at_{};   // the message may begin a little later
  std::optional<CallMs> first_tone_{};  // of the three that say: no such number
  bool is_message_over_ = false;        // it has begun, or was given up
  bool has_waited_for_beep_ = false;    // before it began
};

}  // namespace aiva::voice
