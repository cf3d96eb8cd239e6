// What a call hears by a stream, and by its recognizer where there is none or it fails.
#include <utility>

#include "capabilities/voice/internal/cascade.h"

namespace aiva::voice {

using Kind = SpeechStreamEvent::Kind;

namespace {

constexpr std::chrono::seconds recognition_time_max{20};

}  // namespace

void Cascade::begin_hearing() {
  if (parts_.heard_streams == nullptr) return;
  const auto& settings = agent_->settings;
  const auto& wish = settings.speech.deepgram_language;
  HeardStream::Listener listener{
      .hear = [this](const SpeechStreamEvent& event) { take_event(event); },
      .pay = [this](billing::MicroUsd cost) { host_.use_model(heard_->model(), cost); }};
  heard_ =
      std::make_shared<HeardStream>(*parts_.heard_streams, context_, format_,
                                    wish.empty() ? settings.language : wish, std::move(listener));
  heard_->begin();
}

void Cascade::take_event(const SpeechStreamEvent& event) {
  if (is_over_ || !takes_turns_) return;
  auto now = host_.now();
  TurnActions actions;
  switch (event.kind) {
    case Kind::words:
    case Kind::final_words: turns_.hear_words(now, heard_->words(), actions); break;
    case Kind::words_paused: turns_.miss_words(now, actions); break;
    case Kind::turn_started:
      turns_.begin_turn(now, actions);
      turns_.hear_words(now, event.text, actions);
      break;
    case Kind::turn_may_end:
      know_words(event.text);
      turns_.expect_end(now, event.text, actions);
      break;
    case Kind::turn_resumed:
      known_.reset();
      turns_.resume_turn(now);
      break;
    case Kind::turn_ended:
      turns_.begin_turn(now, actions);
      act(std::exchange(actions, {}));
      know_words(event.text);
      turns_.end_turn(now, event.text, actions);
      break;
    case Kind::flushed: break;
  }
  act(std::move(actions));
}

// As if they had been looked for.
void Cascade::know_words(std::string words) {
  known_ = ++look_;
  words_ = std::move(words);
}

void Cascade::finish_hearing(std::int64_t mark) {
  if (heard_) heard_->finish_utterance(mark);
}

Task<Result<Transcript>> Cascade::write_down(std::vector<std::int16_t> samples) {
  auto self = shared_from_this();
  if (is_streamed()) {
    auto silence_ms = takes_turns_ ? host_.now() - turns_.voice_ended_at() : 0;
    auto words = co_await heard_->final_words(silence_ms);
    if (is_over_) co_return fail(ErrorCode::cancelled, "The call is over");
    if (words) co_return Transcript{.text = *std::move(words)};
  }
  Utterance utterance{.samples = std::move(samples), .language = agent_->settings.language};
  auto context = context_for(recognition_time_max);
  Span span(context, "voice.recognize");
  auto recognizing = parts_.recognizer.recognize(span.inside(context), std::move(utterance));
  auto transcript = co_await std::move(recognizing);
  span.note(transcript);
  co_return transcript;
}

}  // namespace aiva::voice
