#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audio/beep_detector.h"
#include "capabilities/voice/answer_detection.h"
#include "capabilities/voice/internal/ear.h"
#include "capabilities/voice/leg.h"

namespace aiva::voice {

// What to do about a machine that answers.
struct MachineRule {
  std::string action = "hang_up";  // hang_up | leave_message | continue
  std::string message{};           // for leave_message
};

// What a call's brain is to do.
enum class AnswerStep : std::uint8_t {
  look,   // recognise what was heard since the call began
  note,   // who answered is known
  greet,  // as in any call
  hush,   // nobody is there to be spoken to
  hang_up,
  leave_message,  // say it, then hang up
};

// Watches who answers a call of ours, and says what follows from it by the rule.
class AnswerWatch {
 public:
  AnswerWatch(AudioFormat format, MachineRule rule, double voice_threshold);

  // Each answers what is to be done now, in order.
  std::vector<AnswerStep> hear(CallMs now, std::string_view audio,
                               const std::vector<HeardWindow>& windows);
  std::vector<AnswerStep> recognized(CallMs now, std::string_view words);
  std::vector<AnswerStep> tick(CallMs now);

  // Nobody is greeted and no turn is taken yet: what is heard is the watch's alone.
  [[nodiscard]] bool is_holding() const { return is_holding_; }
  [[nodiscard]] AnsweredBy who() const;
  // Whether it still matters what is heard.
  [[nodiscard]] bool may_change(CallMs now) const {
    bool is_known_machine = goes_on_with_machines() && is_machine(who());
    return !is_known_machine && detection_.may_correct(now);
  }
  // True where a machine is spoken to like a person.
  [[nodiscard]] bool goes_on_with_machines() const { return rule_.action == "continue"; }
  [[nodiscard]] const std::string& message() const { return rule_.message; }

 private:
  std::vector<AnswerStep> steps_of(const AnswerActions& actions);
  void decide(AnsweredBy who, std::vector<AnswerStep>& steps);

  AudioFormat format_;
  MachineRule rule_;
  AnswerDetection detection_;
  audio::BeepDetector beeps_;
  std::vector<std::int16_t> samples_{};
  bool is_holding_ = true;
};

}  // namespace aiva::voice
