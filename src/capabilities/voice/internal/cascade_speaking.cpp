// What a cascade says, sentence by sentence.
#include <utility>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "foundation/log.h"
#include "foundation/span.h"

namespace aiva::voice {
namespace {

constexpr std::chrono::seconds speech_time_max{20};
constexpr const char* work_failed = "A call's work failed";
constexpr std::int64_t queued_ms_max = 6'000;

}  // namespace

void Cascade::greet() {
  if (agent_->settings.greeting.empty()) {
    turns_.finish(host_.now());
    return;
  }
  begin_answer();
  turns_.think(host_.now(), true);
  cutter_.add(agent_->settings.greeting);
  take_sentences(true);
}

void Cascade::charge_saying(const std::string& provider, std::string_view text) {
  auto cost = cost_of_saying(provider, text);
  if (cost > 0) host_.use_model(provider, cost);
}

void Cascade::take_sentences(bool is_end) {
  for (auto sentence = cutter_.take(is_end); !sentence.empty(); sentence = cutter_.take(is_end))
    queue(std::move(sentence));
  if (is_end) cutter_ = {};
}

void Cascade::queue(std::string sentence, bool is_written_down) {
  queue_.push_back({std::move(sentence), is_written_down});
  if (is_speaking_) return;
  is_speaking_ = true;
  run_detached(work_failed, context_, speak(generation_));
}

Task<void> Cascade::speak(std::uint64_t generation) {
  auto self = shared_from_this();
  while (!is_stale(generation) && !queue_.empty()) {
    auto sentence = std::move(queue_.front());
    queue_.pop_front();
    auto spoken = co_await speak_sentence(sentence, generation);
    if (!spoken && !is_stale(generation))
      log::failure("A sentence could not be spoken", context_, spoken.error());
  }
  if (is_stale(generation)) co_return;  // stop_answer() has said so
  is_speaking_ = false;
  finish_if_silent();
}

Task<Result<void>> Cascade::speak_sentence(const Sentence& sentence, std::uint64_t generation) {
  auto context = context_for(speech_time_max);
  Span span(context, "voice.speak");
  auto speaking = voice_->speak(span.inside(context), sentence.text);
  auto begun = co_await std::move(speaking);
  span.note(begun);
  CO_TRY(auto audio, std::move(begun));
  if (is_stale(generation)) co_return Result<void>{};
  host_.playout().begin_sentence(sentence.is_written_down ? sentence.text : std::string{});
  host_.note(CallEvent::Kind::words, sentence.text);
  if (sentence.is_written_down) said_ += (said_.empty() ? "" : " ") + sentence.text;
  for (bool is_paid = false; true; is_paid = true) {
    auto piece = co_await audio->next(context);
    span.end();  // once it can be heard
    if (!is_over_ && !is_paid && piece) charge_saying(audio->provider(), sentence.text);
    if (is_stale(generation)) co_return Result<void>{};
    if (!piece || !*piece) {
      host_.playout().end_sentence();
      CO_TRY_VOID(piece);
      co_return Result<void>{};
    }
    host_.playout().add(**piece);
    while (host_.playout().queued_ms() > queued_ms_max) {
      co_await waiting_.next();
      if (is_stale(generation)) co_return Result<void>{};
    }
  }
}

void Cascade::say(std::string_view text) {
  if (is_busy()) stop_answer();
  begin_answer();
  queue(std::string(text));
}

void Cascade::begin_answer() {
  turns_.think(host_.now());
  host_.playout().begin_answer();
  is_answering_ = true;
  host_.note(CallEvent::Kind::answer_began);
}

void Cascade::end_answer(bool is_cut_off) {
  if (std::exchange(is_answering_, false))
    host_.note(CallEvent::Kind::answer_ended, {}, is_cut_off);
}

void Cascade::stop_answer() {
  ++generation_;
  stop_.request_stop();
  stop_ = {};
  queue_.clear();
  cutter_ = {};
  is_writing_ = false;
  is_speaking_ = false;
  is_cut_short_ = lead_ && lead_->is_asking();
  voice_->clear();
  auto heard = host_.stop_speech();
  host_.count_interruption();
  finish_line(heard.text, true);
  end_answer(true);
}

void Cascade::speech_began() {
  auto now = host_.now();
  turns_.speak(now);
  line_starts_ = now;
  marks_.reach(&AnswerMarks::first_audio, now);
}

void Cascade::speech_ended() { finish_if_silent(); }

void Cascade::finish_if_silent() {
  if (is_busy()) return;
  finish_line(std::exchange(said_, {}), false);
  end_answer(false);
  turns_.finish(host_.now());
}

void Cascade::finish_line(std::string_view heard, bool is_interrupted) {
  end_turn();
  said_.clear();
  auto marks = std::exchange(marks_, {});
  if (heard.empty()) return;
  if (std::exchange(is_led_, false)) beside_.add(ChatRole::assistant, std::string(heard));
  host_.write_line(
      agent_line(std::string(heard), marks, line_starts_, host_.now(), is_interrupted));
}

}  // namespace aiva::voice
