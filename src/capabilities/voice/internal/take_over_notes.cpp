#include "capabilities/voice/internal/take_over_notes.h"

#include <chrono>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr const char* writing_failed = "What was said in a call could not be written down";
constexpr std::chrono::seconds recognition_time_max{10};
constexpr std::size_t waiting_max = 8;  // pieces; a recognizer that is so late is too slow

}  // namespace

TakeOverNotes::TakeOverNotes(Parts parts, CallContext context, AudioFormat format)
    : parts_(std::move(parts)),
      context_(std::move(context)),
      caller_(format, parts_.detectors.make(), parts_.voice_threshold),
      person_(format, parts_.detectors.make(), parts_.voice_threshold) {}

void TakeOverNotes::hear_caller(CallMs now, std::string_view audio) {
  keep(ChatRole::user, caller_.hear(now, audio));
}

void TakeOverNotes::hear_person(CallMs now, std::string_view audio) {
  keep(ChatRole::assistant, person_.hear(now, audio));
}

void TakeOverNotes::beat(CallMs now) {
  keep(ChatRole::user, caller_.beat(now));
  keep(ChatRole::assistant, person_.beat(now));
}

void TakeOverNotes::finish(CallMs now) {
  keep(ChatRole::user, caller_.finish(now));
  keep(ChatRole::assistant, person_.finish(now));
}

void TakeOverNotes::keep(ChatRole who, std::optional<SpokenPiece> piece) {
  if (!piece || is_given_up_) return;
  if (waiting_.size() >= waiting_max) {
    log::warn("A piece of a call is not written down: the recognizer is too slow",
              {{"at_ms", piece->starts_ms}});
    return;
  }
  waiting_.push_back({.who = who, .piece = *std::move(piece)});
  if (std::exchange(is_writing_, true)) return;
  run_detached(writing_failed, context_, write_all());
}

Task<void> TakeOverNotes::write_all() {
  auto self = shared_from_this();
  while (!waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    auto context = context_;
    context.deadline = std::chrono::steady_clock::now() + recognition_time_max;
    Utterance utterance{.samples = std::move(next.piece.samples), .language = parts_.language};
    auto recognizing = parts_.recognizer.recognize(context, std::move(utterance));
    auto transcript = co_await std::move(recognizing);
    if (is_given_up_) co_return;  // the call may be gone with all it had
    if (!transcript) {
      log::failure(writing_failed, context_, transcript.error());
      continue;
    }
    auto cost = cost_of_hearing(parts_.recognizer, transcript->audio_seconds);
    if (cost > 0) parts_.pay(parts_.recognizer.provider() + "/" + parts_.recognizer.model(), cost);
    if (transcript->text.empty()) continue;  // it held no words
    parts_.write(next.who, {.speaker = next.who == ChatRole::user ? "customer" : "agent",
                            .text = std::move(transcript->text),
                            .starts_ms = next.piece.starts_ms,
                            .ends_ms = next.piece.ends_ms});
  }
  is_writing_ = false;
  for (auto handle : std::exchange(settling_, {})) handle.resume();
}

Task<void> TakeOverNotes::settle() {
  struct Awaiter {
    std::vector<std::coroutine_handle<>>& waiting;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) { waiting.push_back(handle); }
    void await_resume() noexcept {}
  };
  auto self = shared_from_this();
  while (is_writing_ && !is_given_up_) co_await Awaiter{settling_};
}

void TakeOverNotes::give_up() {
  if (!is_writing_ || std::exchange(is_given_up_, true)) return;
  auto self = shared_from_this();
  auto lost = static_cast<std::int64_t>(waiting_.size()) + 1;
  log::warn("Pieces of a call are not written down: the recognizer is too slow for its end",
            {{"pieces", lost}});
  waiting_.clear();
  for (auto handle : std::exchange(settling_, {})) handle.resume();
}

}  // namespace aiva::voice
