#include "capabilities/voice/internal/answer_guard.h"

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr std::chrono::seconds recognition_time_max{5};
constexpr const char* look_failed = "It could not be told who has answered";

}  // namespace

AnswerGuard::AnswerGuard(CallHost& host, Parts parts, CallContext context,
                         agents::ActiveAgentPointer agent, ChatSessionId session,
                         AudioFormat format)
    : host_(host),
      parts_(std::move(parts)),
      context_(std::move(context)),
      agent_(std::move(agent)),
      session_(session),
      format_(format),
      watch_(format, parts_.rule, agent_->settings.speech.vad_threshold),
      ear_(format, parts_.detectors.make()) {}

void AnswerGuard::begin() { ear_.begin_utterance(0); }

Brain* AnswerGuard::speaker() const {
  return messenger_ ? static_cast<Brain*>(messenger_.get()) : brain_.get();
}

Brain* AnswerGuard::listener() const {
  return messenger_ || watch_.is_holding() ? nullptr : brain_.get();
}

bool AnswerGuard::is_watching() const {
  return watch_.is_holding() || watch_.may_change(host_.now());
}

void AnswerGuard::hear(std::string_view audio) {
  if (is_watching()) {
    windows_.clear();
    ear_.hear(audio, windows_);
    follow(watch_.hear(host_.now(), audio, windows_));
  }
  if (auto* brain = listener(); brain != nullptr && !is_over_) brain->hear(audio);
}

void AnswerGuard::digit(char digit) {
  if (auto* brain = listener()) brain->digit(digit);
}

void AnswerGuard::ask(std::string words) {
  if (auto* brain = listener()) brain->ask(std::move(words));
}

void AnswerGuard::take_turns(bool by_itself) {
  takes_turns_ = by_itself;
  if (auto* brain = listener()) brain->take_turns(by_itself);
}

void AnswerGuard::commit() {
  if (auto* brain = listener()) brain->commit();
}

void AnswerGuard::clear() {
  if (auto* brain = listener()) brain->clear();
}

void AnswerGuard::cancel() {
  if (auto* brain = listener()) brain->cancel();
}

void AnswerGuard::beat() {
  if (is_over_) return;
  if (!words_.empty()) follow(watch_.recognized(host_.now(), std::exchange(words_, {})));
  if (!is_over_ && is_watching()) follow(watch_.tick(host_.now()));
  if (auto* brain = speaker(); brain != nullptr && !is_over_) brain->beat();
  if (!is_over_) greet_when_free();
  if (is_over_ || !is_leaving_message_ || is_busy()) return;
  is_leaving_message_ = false;
  host_.end_after_speech(CallEnd::agent_hung_up, {});
}

void AnswerGuard::follow(const std::vector<AnswerStep>& steps) {
  for (auto step : steps) {
    if (is_over_) return;
    switch (step) {
      case AnswerStep::look: run_detached(look_failed, context_, recognize_answer()); break;
      case AnswerStep::note: note_answer(); break;
      case AnswerStep::greet:
        is_greeting_due_ = true;
        greet_when_free();
        break;
      case AnswerStep::hush:
        is_greeting_due_ = false;
        hush();
        break;
      case AnswerStep::hang_up:
        hush();
        host_.end_after_speech(CallEnd::agent_hung_up, {});
        break;
      case AnswerStep::leave_message:
        is_leaving_message_ = true;
        messenger().say(watch_.message());
        break;
    }
  }
}

// What was said meanwhile by order of ours is said first.
void AnswerGuard::greet_when_free() {
  if (!is_greeting_due_ || host_.is_ending() || (messenger_ && messenger_->is_busy())) return;
  is_greeting_due_ = false;
  if (auto messenger = std::exchange(messenger_, nullptr)) messenger->end();
  brain_ = parts_.make_brain(*this);
  brain_->begin();
  if (!takes_turns_) brain_->take_turns(false);
  if (!whispered_.empty()) brain_->whisper(whispered_);
  if (is_held_) brain_->hold(true);
}

void AnswerGuard::note_answer() {
  host_.note_answered_by(name_of(watch_.who()));
  ear_.drop_utterance();
  if (answer_.empty()) return;
  host_.write_line({.speaker = "customer",
                    .text = std::exchange(answer_, {}),
                    .starts_ms = 0,
                    .ends_ms = host_.now()});
}

void AnswerGuard::hush() {
  if (brain_ && !messenger_) brain_->hold(true);
}

Cascade& AnswerGuard::messenger() {
  if (messenger_) return *messenger_;
  if (brain_) brain_->end();
  messenger_ = std::make_shared<Cascade>(*this, parts_.voices, context_, agent_, session_, format_,
                                         parts_.detectors.make());
  messenger_->take_over();
  messenger_->hold(true);  // it asks nobody whether they are there
  return *messenger_;
}

Task<void> AnswerGuard::recognize_answer() {
  auto self = shared_from_this();
  auto& recognizer = parts_.voices.recognizer;
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + recognition_time_max;
  context.cancellation = stop_.get_token();
  Utterance utterance{.samples = ear_.utterance(), .language = agent_->settings.language};
  auto recognizing = recognizer.recognize(context, std::move(utterance));
  auto transcript = co_await std::move(recognizing);
  if (is_over_) co_return;
  if (!transcript) {
    log::failure(look_failed, context_, transcript.error());
    co_return;
  }
  auto cost = cost_of_hearing(recognizer, transcript->audio_seconds);
  if (cost > 0) host_.use_model(recognizer.provider() + "/" + recognizer.model(), cost);
  // Once somebody is greeted, what they say is a turn like any other.
  if (!watch_.is_holding()) co_return;
  answer_ = transcript->text;
  follow(watch_.recognized(host_.now(), transcript->text));
}

// Within the brain's own work, which is not to be disturbed: the next beat looks at it.
void AnswerGuard::write_line(TranscriptLine line) {
  bool is_looked_at = line.speaker == "customer" && !watch_.is_holding() && is_watching();
  if (is_looked_at) words_ += (words_.empty() ? "" : " ") + line.text;
  host_.write_line(std::move(line));
}

void AnswerGuard::say(std::string_view text) {
  if (auto* brain = listener()) return brain->say(text);
  messenger().say(text);
}

void AnswerGuard::whisper(std::string text) {
  if (auto* brain = listener()) brain->whisper(text);
  whispered_ = std::move(text);
}

void AnswerGuard::hold(bool is_held) {
  is_held_ = is_held;
  if (auto* brain = listener()) brain->hold(is_held);
  if (!is_held || !messenger_) return;
  is_leaving_message_ = false;
  messenger_->cancel();
}

void AnswerGuard::note_said(ChatRole role, std::string text) {
  if (auto* brain = listener()) brain->note_said(role, std::move(text));
}

void AnswerGuard::speech_began() {
  if (auto* brain = speaker()) brain->speech_began();
}

void AnswerGuard::speech_ended() {
  if (auto* brain = speaker()) brain->speech_ended();
}

bool AnswerGuard::is_busy() const {
  const auto* brain = speaker();
  return brain != nullptr ? brain->is_busy() : host_.is_speaking();
}

void AnswerGuard::end() {
  is_over_ = true;
  stop_.request_stop();
  if (auto* brain = speaker()) brain->end();
}

Task<void> AnswerGuard::settle() {
  auto self = shared_from_this();
  if (brain_) co_await brain_->settle();
}

}  // namespace aiva::voice
