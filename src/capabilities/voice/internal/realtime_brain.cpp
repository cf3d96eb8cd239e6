#include "capabilities/voice/internal/realtime_brain.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/realtime_instructions.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "capabilities/voice/phrases.h"
#include "foundation/log.h"

namespace aiva::voice {

using Kind = RealtimeEvent::Kind;

namespace {

constexpr const char* work_failed = "A call's functions failed";
constexpr std::chrono::seconds tool_time_max{60};
constexpr std::size_t utterances_max = 32;  // whose words are still to come
constexpr int failures_max = 3;             // answers in a row

TurnSettings settings_of(const agents::SpeechSettings& speech) {
  TurnSettings settings;
  settings.voice_threshold = speech.vad_threshold;
  settings.silence_ms = speech.silence_duration_ms;
  return settings;
}

}  // namespace

RealtimeBrain::RealtimeBrain(CallHost& host, RealtimeParts parts, CallContext context,
                             agents::ActiveAgentPointer agent, ChatSessionId session,
                             AudioFormat format)
    : host_(host),
      parts_(parts),
      context_(std::move(context)),
      agent_(std::move(agent)),
      session_(session),
      audio_(format),
      turns_(settings_of(agent_->settings.speech)),
      run_(format) {}

CallContext RealtimeBrain::context_for(std::chrono::milliseconds time_max) const {
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + time_max;
  context.cancellation = stop_.get_token();
  return context;
}

void RealtimeBrain::begin() {
  turns_.think(host_.now());
  if (agent_->settings.greeting.empty()) turns_.finish(host_.now());
  is_connecting_ = true;
  run_detached("A call's line to its model failed", context_, connect());
}

void RealtimeBrain::end() {
  charge_time(true);
  is_over_ = true;
  stop_.request_stop();
  line_stop_.request_stop();
  line_.reset();
  waiting_.wake();
}

bool RealtimeBrain::is_at_rest() const {
  return !is_busy() && active_.empty() && run_.is_empty() && !is_caller_speaking_;
}

bool RealtimeBrain::is_busy() const {
  bool is_answered = !active_.empty() && !is_dropped_;
  return is_answered || is_asked_ || wanted_ || is_calling_ || host_.is_speaking();
}

void RealtimeBrain::take(RealtimeEvent event) {
  switch (event.kind) {
    case Kind::speech_started: return take_start_of_speech(event);
    case Kind::speech_stopped: return take_end_of_speech(event);
    case Kind::user_words: return take_user_words(std::move(event));
    case Kind::answer_began:
      active_ = std::move(event.answer);
      is_asked_ = is_dropped_ = false;
      calls_.clear();
      if (is_held_ && !asked_.is_ours) return drop_answer();
      return begin_answer();
    case Kind::words: return take_words(event);
    case Kind::audio: return take_audio(event);
    case Kind::tool_call:
      if (is_wanted(event)) calls_.push_back(std::move(event.call));
      return;
    case Kind::answer_ended: return take_end_of_answer(event);
    case Kind::answer_refused:
      // The provider has begun one by itself, which hears everything that was told so far.
      is_asked_ = false;
      if (!wanted_ && asked_.is_ours) wanted_ = asked_;
      return ask_next();
    case Kind::refused:
      log::failure("A call's model refused something", context_, *event.failure);
      return;
    case Kind::other: return;
  }
}

void RealtimeBrain::take_start_of_speech(const RealtimeEvent& event) {
  auto now = host_.now();
  is_caller_speaking_ = true;
  speaking_since_ = now;
  if (utterances_.size() >= utterances_max) utterances_.erase(utterances_.begin());
  utterances_[event.item] = {.since = now, .until = now};
  host_.note(CallEvent::Kind::speech_started);
  // The provider cancels its answer by itself, and will give another one.
  if (is_saying()) {
    stop_answer(false);
  } else if (!active_.empty()) {
    is_dropped_ = true;
    sentences_ = {};
  }
  if (wanted_ && !wanted_->is_ours) wanted_.reset();
  turns_.think(now);
}

void RealtimeBrain::take_end_of_speech(const RealtimeEvent& event) {
  is_caller_speaking_ = false;
  auto now = host_.now();
  auto until = now - agent_->settings.speech.silence_duration_ms;
  if (auto found = utterances_.find(event.item); found != utterances_.end())
    found->second.until = std::max(until, found->second.since);
  host_.note(CallEvent::Kind::speech_stopped);
  begin_turn(until);
}

void RealtimeBrain::begin_turn(CallMs spoken_until) {
  marks_ = {.spoken_until = spoken_until, .end_of_turn = host_.now() - spoken_until};
  host_.count_turn();
  turns_.think(host_.now());
}

void RealtimeBrain::take_user_words(RealtimeEvent event) {
  auto now = host_.now();
  Spoken spoken{.since = now, .until = now};
  if (auto found = utterances_.find(event.item); found != utterances_.end()) {
    spoken = found->second;
    utterances_.erase(found);
  }
  if (event.text.empty()) return host_.note(CallEvent::Kind::speech_dropped);
  host_.write_line({.speaker = "customer",
                    .text = event.text,
                    .starts_ms = spoken.since,
                    .ends_ms = spoken.until});
  host_.note(CallEvent::Kind::user_words, event.text);
  remember(ChatRole::user, std::move(event.text));
}

void RealtimeBrain::take_words(const RealtimeEvent& event) {
  if (!is_wanted(event)) return;
  marks_.reach(&AnswerMarks::first_token, host_.now());
  run_.add_words(event.item, event.text);
  sentences_.add(event.text);
  tell_sentences(false);
}

// The leg hears of whole sentences.
void RealtimeBrain::tell_sentences(bool is_end) {
  for (auto sentence = sentences_.take(is_end); !sentence.empty();
       sentence = sentences_.take(is_end))
    host_.note(CallEvent::Kind::words, std::move(sentence));
  if (is_end) sentences_ = {};
}

void RealtimeBrain::take_audio(const RealtimeEvent& event) {
  if (!is_wanted(event)) return;  // of an answer that was cancelled
  auto& playout = host_.playout();
  if (!run_.has_audio()) {
    playout.begin_answer();
    item_.clear();
  }
  run_number_ = line_number_;
  if (event.item != item_) {
    item_ = event.item;
    playout.begin_sentence({});
  }
  auto audio = audio_.to_leg(event.bytes);
  run_.add_audio(event.item, audio.size());
  playout.add(audio);
}

void RealtimeBrain::charge(const RealtimeUsage& usage) {
  auto cost = cost_of(usage);
  if (cost > 0) host_.use_model(model_name(), cost);
}

std::string RealtimeBrain::model_name() const {
  const auto& wish = agent_->settings.speech.model;
  const auto& name = wish.empty() || is_plain_ ? parts_.model.model() : wish;
  return parts_.model.provider() + "/" + name;
}

void RealtimeBrain::take_end_of_answer(const RealtimeEvent& event) {
  charge(event.usage);
  if (event.answer != active_) return;
  active_.clear();
  bool was_dropped = std::exchange(is_dropped_, false);
  if (!was_dropped) {
    tell_sentences(true);
    host_.playout().end_sentence();
  }
  auto calls = std::exchange(calls_, {});
  if (was_dropped || event.is_cancelled) {
    for (const auto& call : calls)
      if (line_) line_->add_result(call.id, "Not called: the caller interrupted.");
  } else if (event.failure) {
    log::failure("A call's model could not answer", context_, *event.failure);
    if (++failures_ > failures_max)
      host_.end_after_speech(CallEnd::failed, {});
    else
      want(std::string(trouble_instructions), true);
  } else {
    failures_ = 0;
  }
  if (!calls.empty() && !was_dropped && !event.is_cancelled && !event.failure) {
    is_calling_ = true;
    run_detached(work_failed, context_, call_tools(std::move(calls), line_number_));
  }
  ask_next();
  finish_if_silent();
}

Task<void> RealtimeBrain::call_tools(std::vector<ToolCall> calls, std::uint64_t number) {
  auto self = shared_from_this();
  chat::ToolRequest request{.agent = agent_, .session = session_, .calls = calls};
  auto answer = co_await parts_.tools.call(context_for(tool_time_max), std::move(request));
  is_calling_ = false;
  if (is_over_) co_return;
  take_results(calls, answer, number);
}

void RealtimeBrain::take_results(const std::vector<ToolCall>& calls,
                                 const Result<chat::ToolAnswer>& answer, std::uint64_t number) {
  if (!answer) log::failure("A call's functions failed", context_, answer.error());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    bool is_answered = answer && i < answer->outcomes.size();
    std::string result = is_answered ? answer->outcomes[i].result : "Error: it took too long";
    if (line_ && number == line_number_)
      line_->add_result(calls[i].id, result);
    else  // another line knows nothing of the call
      remember(ChatRole::system, "The function " + calls[i].name + " returned: " + result);
  }
  bool ends = answer && (answer->decision.wants_transfer || answer->decision.is_closed);
  if (!ends) {
    want({}, false);
  } else {
    if (!answer->message.empty()) want(saying_instructions(answer->message), true, answer->message);
    if (answer->decision.wants_transfer)
      host_.end_after_speech(CallEnd::transferred, answer->decision.transfer_queue);
    else
      host_.end_after_speech(CallEnd::agent_hung_up, {});
  }
  ask_next();
  finish_if_silent();
}

void RealtimeBrain::want(std::string instructions, bool is_ours, std::string words) {
  if (wanted_ && wanted_->is_ours && !is_ours) return;
  wanted_ = Wanted{
      .instructions = std::move(instructions), .words = std::move(words), .is_ours = is_ours};
}

void RealtimeBrain::ask_next() {
  if (is_held_ && wanted_ && !wanted_->is_ours) wanted_.reset();
  bool may_ask = line_ && active_.empty() && !is_asked_ && !is_calling_;
  if (!wanted_ || !may_ask) return;
  asked_ = *std::exchange(wanted_, std::nullopt);
  is_asked_ = true;
  begin_answer();
  if (asked_.words.empty())
    line_->answer(asked_.instructions);
  else
    line_->say(asked_.words, asked_.instructions);
}

void RealtimeBrain::act(TurnActions actions) {
  for (auto& action : actions) {
    if (is_over_) return;
    switch (action.kind) {
      case TurnAction::Kind::ask_whether_there:
        if (takes_turns_) say(phrase_in(agent_->settings.language, Phrase::are_you_there));
        break;
      case TurnAction::Kind::end_idle:
        if (!takes_turns_) break;  // somebody who presses a button to speak may be silent
        say(phrase_in(agent_->settings.language, Phrase::goodbye));
        host_.end_after_speech(CallEnd::idle, {});
        break;
      case TurnAction::Kind::take_digits:
        begin_question(action.text, "I pressed these keys of my telephone: " + action.text);
        break;
      // The provider listens, interrupts and answers by itself.
      case TurnAction::Kind::begin_utterance:
      case TurnAction::Kind::drop_utterance:
      case TurnAction::Kind::look_at_utterance:
      case TurnAction::Kind::take_turn:
      case TurnAction::Kind::pause_speech:
      case TurnAction::Kind::resume_speech:
      case TurnAction::Kind::stop_speech:
      case TurnAction::Kind::say_filler:
      case TurnAction::Kind::miss_answer: break;
    }
  }
}

void RealtimeBrain::digit(char digit) {
  TurnActions actions;
  turns_.digit(host_.now(), digit, actions);
  act(std::move(actions));
}

void RealtimeBrain::ask(std::string words) {
  auto told = words;
  begin_question(std::move(words), std::move(told));
}

void RealtimeBrain::begin_question(std::string words, std::string told) {
  cancel();
  auto now = host_.now();
  host_.write_line({.speaker = "customer", .text = words, .starts_ms = now, .ends_ms = now});
  host_.note(CallEvent::Kind::user_words, std::move(words));
  begin_turn(now);
  if (line_) line_->add_words(ChatRole::user, told);
  remember(ChatRole::user, std::move(told));
  want({}, false);
  ask_next();
}

void RealtimeBrain::take_turns(bool by_itself) {
  takes_turns_ = by_itself;
  if (line_) line_->take_turns(by_itself);
  clear();
}

void RealtimeBrain::commit() {
  cancel();
  if (line_) line_->commit();
  begin_turn(host_.now());
  want({}, false);
  ask_next();
}

void RealtimeBrain::clear() {
  unheard_.clear();
  if (line_) line_->clear();
}

void RealtimeBrain::cancel() {
  if (wanted_ && !wanted_->is_ours) wanted_.reset();
  if (is_saying() || !active_.empty()) stop_answer(true);
  turns_.finish(host_.now());
}

void RealtimeBrain::say(std::string_view text) {
  if (is_saying() || !active_.empty()) stop_answer(true);
  want(saying_instructions(text), true, std::string(text));
  turns_.think(host_.now());
  ask_next();
}

void RealtimeBrain::begin_answer() {
  turns_.think(host_.now());
  if (std::exchange(is_answering_, true)) return;
  host_.note(CallEvent::Kind::answer_began);
}

void RealtimeBrain::end_answer(bool is_cut_off) {
  if (std::exchange(is_answering_, false))
    host_.note(CallEvent::Kind::answer_ended, {}, is_cut_off);
}

void RealtimeBrain::stop_answer(bool tell_provider) {
  bool was_heard = is_saying();
  is_dropped_ = !active_.empty();
  if (tell_provider && is_dropped_ && line_) line_->cancel(active_);
  auto heard = host_.stop_speech();
  sentences_ = {};
  audio_.break_off();
  auto cut = run_.cut_at(heard.ms);
  if (line_ && run_number_ == line_number_ && cut.heard_ms > 0)
    line_->truncate(cut.item, cut.heard_ms);
  if (was_heard) host_.count_interruption();
  finish_line(std::move(cut.text), true);
  end_answer(true);
}

void RealtimeBrain::speech_began() {
  auto now = host_.now();
  turns_.speak(now);
  line_starts_ = now;
  marks_.reach(&AnswerMarks::first_audio, now);
}

void RealtimeBrain::speech_ended() { finish_if_silent(); }

void RealtimeBrain::finish_if_silent() {
  if (is_busy()) return;
  finish_line(run_.text(), false);
  end_answer(false);
  if (!is_caller_speaking_) turns_.finish(host_.now());
}

void RealtimeBrain::finish_line(std::string text, bool is_interrupted) {
  run_.clear();
  auto marks = std::exchange(marks_, {});
  if (text.empty()) return;
  remember(ChatRole::assistant, text);
  host_.write_line(agent_line(std::move(text), marks, line_starts_, host_.now(), is_interrupted));
}

}  // namespace aiva::voice
