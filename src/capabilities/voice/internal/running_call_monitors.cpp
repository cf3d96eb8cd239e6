// How people follow a call and steer it.
#include <utility>

#include "capabilities/voice/internal/running_call.h"

namespace aiva::voice {
namespace {

constexpr int seats_max = 8;
constexpr int person_pause_ms = 500;                      // after which what a person said is over
constexpr auto notes_time_max = std::chrono::seconds(3);  // after the end of the call

}  // namespace

bool RunningCall::reserve_seat() {
  if (++seats_ <= seats_max) return true;
  --seats_;
  return false;
}

void RunningCall::join(std::uint64_t seat, std::string name, std::shared_ptr<CallMonitor> monitor) {
  if (is_over_) return monitor->over(outcome_.end);
  monitors_->join(seat, std::move(name), std::move(monitor));
}

void RunningCall::leave(std::uint64_t seat) {
  --seats_;
  if (monitors_->leave(seat)) let_agent_go_on();
}

void RunningCall::listen(std::uint64_t seat, std::optional<ListenWish> wish) {
  if (!is_over_) monitors_->listen(seat, wish);
}

void RunningCall::whisper(std::string text) {
  if (!is_over_ && brain_) brain_->whisper(std::move(text));
}

void RunningCall::say(std::uint64_t seat, std::string text) {
  if (is_over_ || !brain_) return;
  if (monitors_->is_taken_over())
    return monitors_->refuse(
        seat, "say",
        {.code = ErrorCode::conflict, .message = "A person speaks instead of the agent"});
  if (ending_)
    return monitors_->refuse(seat, "say",
                             {.code = ErrorCode::conflict, .message = "The call is about to end"});
  brain_->say(text);
}

void RunningCall::take_over(std::uint64_t seat, int rate) {
  if (is_over_ || !brain_) return;
  bool was_taken_over = monitors_->is_taken_over();
  auto taken = monitors_->take_over(seat, rate);
  if (!taken) return monitors_->refuse(seat, "take_over", std::move(taken.error()));
  if (was_taken_over) return;
  if (!is_held_) brain_->hold(true);
  playout_.pause();  // what its functions answer meanwhile is said afterwards
  begin_notes();
  write_line({.speaker = "system",
              .text = "A person has taken the call over.",
              .starts_ms = now(),
              .ends_ms = now()});
}

void RunningCall::speak(std::uint64_t seat, std::string_view samples) {
  if (!is_over_) monitors_->speak(seat, samples);
}

void RunningCall::hand_back(std::uint64_t seat) {
  if (monitors_->hand_back(seat)) let_agent_go_on();
}

void RunningCall::begin_notes() {
  if (notes_ || steering_.recognizer == nullptr || steering_.detectors == nullptr) return;
  std::weak_ptr<RunningCall> weak = weak_from_this();
  TakeOverNotes::Parts parts{.recognizer = *steering_.recognizer,
                             .detectors = *steering_.detectors,
                             .language = language_,
                             .write =
                                 [weak](ChatRole who, TranscriptLine line) {
                                   if (auto call = weak.lock())
                                     call->write_note(who, std::move(line));
                                 },
                             .pay =
                                 [weak](std::string model, billing::MicroUsd cost) {
                                   if (auto call = weak.lock())
                                     call->use_model(std::move(model), cost);
                                 }};
  notes_ = std::make_shared<TakeOverNotes>(std::move(parts), context_, leg_->format());
}

// The record of a call does not wait for long for the words said last.
void RunningCall::give_notes_up(Instant now) {
  if (notes_ && now - now_ >= notes_time_max) notes_->give_up();
}

void RunningCall::write_note(ChatRole who, TranscriptLine line) {
  if (!is_over_ && brain_) brain_->note_said(who, line.text);
  write_line(std::move(line));
}

void RunningCall::let_agent_go_on() {
  if (is_over_ || !brain_) return;
  end_person();
  if (notes_) notes_->finish(now());
  playout_.resume();
  write_line({.speaker = "system",
              .text = "The agent goes on with the call.",
              .starts_ms = now(),
              .ends_ms = now()});
  if (!is_held_) brain_->hold(false);
}

void RunningCall::play_person() {
  auto frame = monitors_->next_frame();
  if (!frame.empty()) {
    person_silent_ms_ = 0;
    if (!std::exchange(is_person_heard_, true)) note(CallEvent::Kind::answer_began, {}, false);
    if (notes_) notes_->hear_person(now(), frame);
  }
  if (!play(ms_at(next_frame_) - frame_ms, frame)) return end(CallEnd::caller_hung_up);
  person_silent_ms_ += frame_ms;
  if (person_silent_ms_ > person_pause_ms) end_person();
}

void RunningCall::end_person() {
  if (std::exchange(is_person_heard_, false)) note(CallEvent::Kind::answer_ended, {}, false);
}

}  // namespace aiva::voice
