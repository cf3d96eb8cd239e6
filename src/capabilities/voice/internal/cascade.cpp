#include "capabilities/voice/internal/cascade.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "foundation/log.h"

namespace aiva::voice {

using Kind = TurnAction::Kind;

namespace {

constexpr std::chrono::seconds answer_time_max{60};
constexpr const char* work_failed = "A call's work failed";
constexpr std::size_t sentences_ahead_max = 3;

TurnSettings settings_of(const agents::SpeechSettings& speech) {
  TurnSettings settings;
  settings.voice_threshold = speech.vad_threshold;
  settings.silence_ms = speech.silence_duration_ms;
  return settings;
}

}  // namespace

Cascade::Cascade(CallHost& host, CascadeParts parts, CallContext context,
                 agents::ActiveAgentPointer agent, ChatSessionId session, AudioFormat format,
                 std::unique_ptr<VoiceDetector> detector, std::shared_ptr<FlowLead> lead)
    : host_(host),
      parts_(parts),
      context_(std::move(context)),
      agent_(std::move(agent)),
      session_(session),
      format_(format),
      ear_(format, std::move(detector)),
      voice_(std::make_shared<LegVoice>(parts.synthesizer, parts.voice_streams, format,
                                        agent_->settings.speech.deepgram_voice)),
      turns_(settings_of(agent_->settings.speech)),
      lead_(std::move(lead)),
      turn_(context_.trace) {
  if (lead_) lead_->perform_by([this](const FlowActions& actions) { follow_flow(actions); });
}

CallContext Cascade::context_for(std::chrono::milliseconds time_max) const {
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + time_max;
  context.cancellation = stop_.get_token();
  context.trace = turn_;
  return context;
}

void Cascade::begin_turn() {
  end_turn();
  if (parts_.tracer != nullptr) turn_span_ = parts_.tracer->begin(turn_, {.name = "voice.turn"});
}

void Cascade::end_turn() {
  turn_span_.end();
  turn_ = context_.trace;
}

void Cascade::begin() {
  begin_hearing();
  greet();
}

void Cascade::hear(std::string_view audio) {
  windows_.clear();
  if (!takes_turns_ && !is_keeping_) {
    ear_.begin_utterance(0);
    is_keeping_ = true;
  }
  ear_.hear(audio, windows_);
  if (is_streamed()) heard_->hear(audio);
  if (!takes_turns_ || is_over_) return;
  turns_.leave_turns(heard_ && heard_->takes_turns());
  TurnActions actions;
  for (const auto& window : windows_)
    turns_.hear(host_.now(), window.ms, window.probability, actions);
  act(std::move(actions));
}

void Cascade::digit(char digit) {
  TurnActions actions;
  turns_.digit(host_.now(), digit, actions);
  act(std::move(actions));
}

void Cascade::ask(std::string words) {
  if (is_busy()) stop_answer();
  marks_ = {.spoken_until = host_.now()};
  start_answer(std::move(words));
}

void Cascade::take_turns(bool by_itself) {
  takes_turns_ = by_itself;
  clear();
}

void Cascade::commit() {
  if (is_busy()) stop_answer();
  is_keeping_ = false;
  known_.reset();
  take_turn();
}

void Cascade::clear() {
  ear_.drop_utterance();
  finish_hearing(hearing_mark());
  is_keeping_ = false;
}

void Cascade::cancel() {
  if (is_busy())
    stop_answer();
  else
    ++generation_;  // what is being recognised is not answered
  turns_.finish(host_.now());
}

void Cascade::beat() {
  wake();
  voice_->beat(host_.now());
  if (heard_) heard_->beat(host_.now());
  if (is_over_) return;
  if (lead_ && lead_->is_due() && !is_busy() && !host_.is_ending()) lead_->begin();
  TurnActions actions;
  turns_.tick(host_.now(), actions);
  act(std::move(actions));
}

void Cascade::wake() { waiting_.wake(); }

void Cascade::end() {
  is_over_ = true;
  end_turn();
  if (lead_) lead_->leave();
  if (heard_) heard_->end();
  stop_.request_stop();
  queue_.clear();
  wake();
  voice_->clear();
  voice_->beat(host_.now());
}

void Cascade::act(TurnActions actions) {
  for (auto& action : actions) {
    if (is_over_) return;
    switch (action.kind) {
      case Kind::begin_utterance:
        ear_.begin_utterance(action.ms);
        if (heard_) heard_->begin_utterance(action.ms);
        known_.reset();
        host_.note(CallEvent::Kind::speech_started);
        break;
      case Kind::drop_utterance:
        ear_.drop_utterance();
        finish_hearing(hearing_mark());
        host_.note(CallEvent::Kind::speech_dropped);
        if (is_cut_short_) miss_answer();
        break;
      case Kind::look_at_utterance: look_at_utterance(); break;
      case Kind::take_turn: take_turn(); break;
      case Kind::pause_speech: host_.playout().pause(); break;
      case Kind::resume_speech: host_.playout().resume(); break;
      case Kind::stop_speech: stop_answer(); break;
      case Kind::say_filler:
        queue(std::string(phrase_in(agent_->settings.language, Phrase::one_moment)), false);
        break;
      case Kind::ask_whether_there:
        if (takes_turns_) say(phrase_in(agent_->settings.language, Phrase::are_you_there));
        break;
      case Kind::end_idle:
        if (!takes_turns_) break;  // somebody who presses a button to speak may be silent
        say(phrase_in(agent_->settings.language, Phrase::goodbye));
        host_.end_after_speech(CallEnd::idle, {});
        break;
      case Kind::take_digits: start_answer(std::move(action.text), true); break;
      case Kind::miss_answer:
        if (takes_turns_) miss_answer();
        break;
    }
  }
}

void Cascade::look_at_utterance() { run_detached(work_failed, context_, recognize(++look_)); }

Task<void> Cascade::recognize(std::uint64_t look) {
  auto self = shared_from_this();
  auto transcript = co_await write_down(ear_.utterance());
  if (!is_over_ && transcript) charge_hearing(*transcript);
  if (is_over_ || look != look_) co_return;
  if (!transcript) {
    log::failure("What a caller said could not be recognised", context_, transcript.error());
    co_return;
  }
  known_ = look;
  words_ = std::move(transcript->text);
  TurnActions actions;
  turns_.recognized(host_.now(), words_, actions);
  act(std::move(actions));
}

void Cascade::charge_hearing(const Transcript& transcript) {
  const auto& recognizer = parts_.recognizer;
  auto cost = cost_of_hearing(recognizer, transcript.audio_seconds);
  if (cost > 0) host_.use_model(recognizer.provider() + "/" + recognizer.model(), cost);
}

void Cascade::take_turn() {
  begin_turn();
  auto samples = ear_.take_utterance();
  auto mark = hearing_mark();
  host_.note(CallEvent::Kind::speech_stopped);
  marks_ = {.spoken_until = takes_turns_ ? turns_.voice_ended_at() : host_.now()};
  marks_.end_of_turn = host_.now() - marks_.spoken_until;
  // Nothing was said since the last look, or there would have been another one.
  bool is_known = known_ == look_;
  known_.reset();
  ++look_;
  if (is_known) {
    marks_.recognised = marks_.end_of_turn;
    finish_hearing(mark);
    start_answer(std::move(words_));
    return;
  }
  turns_.think(host_.now());
  run_detached(work_failed, context_, recognize_turn(std::move(samples), mark, generation_));
}

Task<void> Cascade::recognize_turn(std::vector<std::int16_t> samples, std::int64_t mark,
                                   std::uint64_t generation) {
  auto self = shared_from_this();
  auto transcript = co_await write_down(std::move(samples));
  if (!is_over_ && transcript) charge_hearing(*transcript);
  if (is_stale(generation)) co_return;
  finish_hearing(mark);
  marks_.recognised = host_.now() - marks_.spoken_until;
  if (transcript) {
    start_answer(std::move(transcript->text));
    co_return;
  }
  turns_.finish(host_.now());
  if (!miss_answer()) say(phrase_in(agent_->settings.language, Phrase::trouble));
}

void Cascade::start_answer(std::string words, bool is_keyed) {
  if (words.empty()) {
    end_turn();
    turns_.finish(host_.now());
    host_.note(CallEvent::Kind::speech_dropped);
    if (is_cut_short_) miss_answer();
    return;
  }
  is_cut_short_ = false;
  if (!turn_span_.is_recorded()) begin_turn();
  auto now = host_.now();
  host_.write_line({.speaker = "customer",
                    .text = words,
                    .starts_ms = marks_.spoken_until < 0 ? now : marks_.spoken_until,
                    .ends_ms = now});
  host_.note(CallEvent::Kind::user_words, words);
  host_.count_turn();
  begin_answer();
  if (!lead_on(words, is_keyed)) ask_chat(std::move(words));
}

void Cascade::ask_chat(std::string words) {
  is_writing_ = true;
  is_led_ = false;
  chat::Turn turn{.session = session_,
                  .content = std::move(words),
                  .guidance = guidance_,
                  .said = beside_.lines()};
  auto question = beside_.count_question();
  run_detached(work_failed, context_, answer(std::move(turn), question, generation_));
}

Task<void> Cascade::answer(chat::Turn turn, BesideChat::Question question,
                           std::uint64_t generation) {
  auto self = shared_from_this();
  turn.listener = [self, generation](chat::TurnEvent event) {
    return self->listen(generation, std::move(event));
  };
  auto answer = co_await parts_.chat.answer(context_for(answer_time_max), std::move(turn));
  if (answer) beside_.learn(question, *answer);
  if (is_stale(generation)) co_return;
  is_writing_ = false;
  if (!answer) {
    log::failure("A caller's question could not be answered", context_, answer.error());
    cutter_ = {};
    queue(std::string(phrase_in(agent_->settings.language, Phrase::trouble)));
    if (answer.error().code == ErrorCode::quota_exceeded)
      host_.end_after_speech(CallEnd::no_credits, {});
    co_return;
  }
  take_sentences(true);
  if (answer->decision.wants_transfer) {
    host_.end_after_speech(CallEnd::transferred, answer->decision.transfer_queue);
  } else if (answer->decision.is_closed) {
    host_.end_after_speech(CallEnd::agent_hung_up, {});
  }
  finish_if_silent();
}

// The writer waits while enough is written for the voice: what an interruption cuts off was then
// hardly more than what was heard.
Task<Result<void>> Cascade::listen(std::uint64_t generation, chat::TurnEvent event) {
  if (is_stale(generation)) co_return fail(ErrorCode::cancelled, "The caller interrupted");
  if (event.kind != chat::TurnEvent::Kind::delta) co_return Result<void>{};
  marks_.reach(&AnswerMarks::first_token, host_.now());
  cutter_.add(event.text);
  take_sentences(false);
  while (queue_.size() > sentences_ahead_max && !is_stale(generation)) co_await waiting_.next();
  co_return Result<void>{};
}

bool Cascade::is_busy() const {
  bool is_calling = lead_ && lead_->is_calling();
  return is_writing_ || is_calling || is_speaking_ || !queue_.empty() || host_.is_speaking();
}

}  // namespace aiva::voice
