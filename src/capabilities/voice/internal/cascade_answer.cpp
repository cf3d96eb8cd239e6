#include <utility>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/detached_work.h"
#include "foundation/log.h"

// How a call of ours begins: nobody is greeted before it is known who has answered.
namespace aiva::voice {
namespace {

constexpr std::chrono::seconds recognition_time_max{5};
constexpr const char* look_failed = "It could not be told who has answered";

}  // namespace

void Cascade::watch_answer() {
  follow(watch_->tick(host_.now()));
  if (!is_leaving_message_ || is_busy()) return;
  is_leaving_message_ = false;
  host_.end_after_speech(CallEnd::agent_hung_up, {});
}

void Cascade::follow(const std::vector<AnswerStep>& steps) {
  for (auto step : steps) {
    if (is_over_) return;
    switch (step) {
      case AnswerStep::look: run_detached(look_failed, context_, recognize_answer()); break;
      case AnswerStep::note: note_answer(); break;
      case AnswerStep::greet: greet(); break;
      case AnswerStep::hush:
        if (is_busy()) stop_answer();
        break;
      case AnswerStep::hang_up:
        if (is_busy()) stop_answer();
        host_.end_after_speech(CallEnd::agent_hung_up, {});
        break;
      case AnswerStep::leave_message:
        is_leaving_message_ = true;
        say(watch_->message());
        break;
    }
  }
}

void Cascade::note_answer() {
  host_.note_answered_by(name_of(watch_->who()));
  ear_.drop_utterance();
  if (answer_.empty()) return;
  auto now = host_.now();
  host_.write_line(
      {.speaker = "customer", .text = std::exchange(answer_, {}), .starts_ms = 0, .ends_ms = now});
}

Task<void> Cascade::recognize_answer() {
  auto self = shared_from_this();
  Utterance utterance{.samples = ear_.utterance(), .language = agent_->settings.language};
  auto recognizing =
      parts_.recognizer.recognize(context_for(recognition_time_max), std::move(utterance));
  auto transcript = co_await std::move(recognizing);
  if (is_over_) co_return;
  if (!transcript) {
    log::failure(look_failed, context_, transcript.error());
    co_return;
  }
  charge_hearing(*transcript);
  // Once somebody is greeted, what they say is a turn like any other.
  if (!watch_->is_holding()) co_return;
  answer_ = transcript->text;
  follow(watch_->recognized(host_.now(), transcript->text));
}

bool Cascade::proves_machine(std::string_view words) {
  if (!watch_ || is_machine(watch_->who())) return false;
  follow(watch_->recognized(host_.now(), words));
  if (!is_machine(watch_->who()) || watch_->goes_on_with_machines()) return is_over_;
  turns_.finish(host_.now());
  return true;
}

}  // namespace aiva::voice
