#include "capabilities/voice/internal/brain_relay.h"

#include <algorithm>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::size_t lines_max = 60;  // that a model is told
constexpr CallMs kept_ms = 3'000;      // of what was heard
// Somebody may have begun to speak so long ago, and have been noticed by nobody yet.
constexpr CallMs unnoticed_ms = 600;

}  // namespace

BrainRelay::BrainRelay(CallHost& host, Parts parts, CallContext context,
                       agents::ActiveAgentPointer agent, ChatSessionId session, AudioFormat format)
    : host_(host),
      parts_(std::move(parts)),
      context_(std::move(context)),
      agent_(std::move(agent)),
      session_(session),
      format_(format) {}

void BrainRelay::begin() {
  if (parts_.lead->is_due())
    run_cascade();
  else
    run_model();
  runner().begin();
}

void BrainRelay::run_cascade() {
  cascade_ = std::make_shared<Cascade>(*this, parts_.cascade, context_, agent_, session_, format_,
                                       parts_.detectors.make(), parts_.lead);
  prepare_runner();
}

void BrainRelay::run_model() {
  model_ =
      std::make_shared<RealtimeBrain>(*this, parts_.model, context_, agent_, session_, format_);
  prepare_runner();
}

void BrainRelay::prepare_runner() {
  if (!takes_turns_) runner().take_turns(false);
  if (!whispered_.empty()) runner().whisper(whispered_);
  if (is_held_) runner().hold(true);
}

void BrainRelay::hear(std::string_view audio) {
  keep(audio);
  runner().hear(audio);
}

void BrainRelay::keep(std::string_view audio) {
  heard_ += audio;
  auto most = static_cast<std::size_t>(kept_ms) * format_.bytes_per_ms();
  if (heard_.size() > 2 * most) heard_.erase(0, heard_.size() - most);
}

// Frame by frame: an utterance begins within one of them.
void BrainRelay::hear_again(Brain& brain, CallMs ms) {
  auto most = static_cast<std::size_t>(std::clamp<CallMs>(ms, 0, kept_ms)) * format_.bytes_per_ms();
  auto frame = static_cast<std::size_t>(frame_ms) * format_.bytes_per_ms();
  std::string_view heard = heard_;
  heard.remove_prefix(heard.size() - std::min(heard.size(), most));
  for (; !heard.empty(); heard.remove_prefix(std::min(heard.size(), frame)))
    brain.hear(heard.substr(0, frame));
}

void BrainRelay::take_turns(bool by_itself) {
  takes_turns_ = by_itself;
  runner().take_turns(by_itself);
}

void BrainRelay::whisper(std::string text) {
  whispered_ = text;
  runner().whisper(std::move(text));
}

void BrainRelay::hold(bool is_held) {
  is_held_ = is_held;
  heard_.clear();
  runner().hold(is_held);
}

void BrainRelay::note_said(ChatRole role, std::string text) {
  remember({.speaker = role == ChatRole::assistant ? "agent" : "customer", .text = text});
  runner().note_said(role, std::move(text));
}

void BrainRelay::remember(TranscriptLine line) {
  if (said_.size() >= lines_max) said_.erase(said_.begin());
  said_.push_back(std::move(line));
}

void BrainRelay::ask(std::string words) {
  bool leads = model_ && parts_.lead->begins_with(words);
  if (!leads) return runner().ask(std::move(words));
  auto now = host_.now();
  host_.count_turn();
  host_.note(CallEvent::Kind::user_words, words);
  write_line({.speaker = "customer", .text = std::move(words), .starts_ms = now, .ends_ms = now});
}

void BrainRelay::write_line(TranscriptLine line) {
  remember(line);
  bool leads = model_ && line.speaker == "customer" && trigger_.empty() && !is_ending() &&
               parts_.lead->begins_with(line.text);
  if (leads) trigger_ = line.text;
  host_.write_line(std::move(line));
}

void BrainRelay::beat() {
  if (!trigger_.empty()) begin_flow(std::exchange(trigger_, {}));
  runner().beat();
  if (is_over_ || is_ending() || is_held_ || !cascade_) return;
  bool is_led = parts_.lead->is_due() || parts_.lead->is_leading();
  if (is_led || !cascade_->is_at_rest()) return;
  // The flow is over, and what it had to say was heard.
  std::exchange(cascade_, nullptr)->retire();
  run_model();
  model_->take_over(said_);
  if (takes_turns_) hear_again(*model_, unnoticed_ms);
}

// The model may have begun to answer: it is cut off.
void BrainRelay::begin_flow(std::string words) {
  auto model = std::exchange(model_, nullptr);
  auto speaking_since = model->speaking_since();
  model->cancel();
  model->end();
  run_cascade();
  cascade_->take_over();
  // More words that the model has begun to hear are the flow's, all of them.
  if (speaking_since && takes_turns_)
    hear_again(*cascade_, host_.now() - *speaking_since + unnoticed_ms);
  parts_.lead->take_words(words);
}

void BrainRelay::end() {
  is_over_ = true;
  runner().end();
  parts_.lead->leave();
}

Task<void> BrainRelay::settle() {
  auto self = shared_from_this();
  co_await parts_.lead->settle();
}

}  // namespace aiva::voice
