#include "capabilities/voice/internal/answer_watch.h"

#include <utility>

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {

AnswerWatch::AnswerWatch(AudioFormat format, MachineRule rule, double voice_threshold)
    : format_(format),
      rule_(std::move(rule)),
      detection_({.voice_threshold = voice_threshold}),
      beeps_(format.rate) {}

AnsweredBy AnswerWatch::who() const { return detection_.who().value_or(AnsweredBy::uncertain); }

std::vector<AnswerStep> AnswerWatch::hear(CallMs now, std::string_view audio,
                                          const std::vector<HeardWindow>& windows) {
  AnswerActions actions;
  samples_.clear();
  append_samples(format_, audio, samples_);
  if (auto beep = beeps_.hear(samples_)) detection_.beep(now, beep->hertz, actions);
  for (const auto& window : windows) detection_.hear(now, window.ms, window.probability, actions);
  return steps_of(actions);
}

std::vector<AnswerStep> AnswerWatch::recognized(CallMs now, std::string_view words) {
  AnswerActions actions;
  detection_.recognized(now, words, actions);
  return steps_of(actions);
}

std::vector<AnswerStep> AnswerWatch::tick(CallMs now) {
  AnswerActions actions;
  detection_.tick(now, actions);
  return steps_of(actions);
}

void AnswerWatch::decide(AnsweredBy who, std::vector<AnswerStep>& steps) {
  steps.push_back(AnswerStep::note);
  bool goes_on = !is_machine(who) || goes_on_with_machines();
  if (goes_on) {
    if (std::exchange(is_holding_, false)) steps.push_back(AnswerStep::greet);
    return;
  }
  is_holding_ = true;
  // Only one that takes messages is worth waiting for.
  bool is_worth_it = rule_.action == "leave_message" && who == AnsweredBy::machine_voicemail;
  steps.push_back(is_worth_it ? AnswerStep::hush : AnswerStep::hang_up);
}

std::vector<AnswerStep> AnswerWatch::steps_of(const AnswerActions& actions) {
  using Kind = AnswerAction::Kind;
  std::vector<AnswerStep> steps;
  bool wants_message = rule_.action == "leave_message";
  for (const auto& action : actions) {
    switch (action.kind) {
      case Kind::look:
        if (is_holding_) steps.push_back(AnswerStep::look);
        break;
      case Kind::decided: decide(action.who, steps); break;
      case Kind::begin_message:
        if (wants_message) steps.push_back(AnswerStep::leave_message);
        break;
      case Kind::give_up:
        if (wants_message) steps.push_back(AnswerStep::hang_up);
        break;
    }
  }
  return steps;
}

}  // namespace aiva::voice
