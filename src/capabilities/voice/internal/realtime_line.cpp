// How a call keeps its line to the provider.
#include <algorithm>
#include <array>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/realtime_brain.h"
#include "capabilities/voice/internal/realtime_instructions.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr const char* work_failed = "A call's line to its model failed";
constexpr std::chrono::seconds open_time_max{10};
constexpr std::chrono::seconds tools_time_max{5};
constexpr std::chrono::minutes roll_over_before{2};  // the session's end
constexpr std::array<CallMs, 3> retry_after_ms = {0, 500, 2'000};
constexpr std::int64_t charging_ms = 1'000;
constexpr std::size_t unheard_ms_max = 3'000;
constexpr std::size_t history_lines_max = 60;
constexpr std::size_t history_bytes_max = 16'000;

}  // namespace

RealtimeSettings RealtimeBrain::settings() const {
  const auto& agent = agent_->settings;
  RealtimeSettings settings{.language = agent.language.substr(0, agent.language.find('-')),
                            .coding = audio_.coding(),
                            .tools = tools_.value_or(std::vector<ToolDefinition>{}),
                            .takes_turns = takes_turns_,
                            .vad_threshold = agent.speech.vad_threshold,
                            .silence_ms = agent.speech.silence_duration_ms};
  settings.instructions = spoken_instructions(agent, settings.tools);
  if (is_plain_) return settings;
  const auto& speech = agent.speech;
  settings.model = speech.model;
  settings.voice = agent.voice;
  if (speech.provider != "deepgram") return settings;
  if (!speech.deepgram_voice.empty()) settings.voice = speech.deepgram_voice;
  if (!speech.deepgram_language.empty()) settings.language = speech.deepgram_language;
  return settings;
}

void RealtimeBrain::take_over(const std::vector<TranscriptLine>& said) {
  for (const auto& line : said)
    remember(line.speaker == "agent" ? ChatRole::assistant : ChatRole::user, line.text);
  has_greeted_ = true;
  turns_.finish(host_.now());
  is_connecting_ = true;
  run_detached("A call's line to its model failed", context_, connect());
}

Task<void> RealtimeBrain::connect() {
  auto self = shared_from_this();
  if (!tools_) {
    auto offered = co_await parts_.tools.offered(context_for(tools_time_max), agent_);
    if (is_over_) co_return;
    if (!offered) log::failure("A call has no functions", context_, offered.error());
    tools_ = std::move(offered).value_or(std::vector<ToolDefinition>{});
  }
  auto opened = co_await parts_.model.open(context_for(open_time_max), settings());
  is_connecting_ = false;
  if (is_over_) co_return;
  if (opened)
    adopt(*std::move(opened));
  else
    retry(opened.error());
}

void RealtimeBrain::retry(const Error& error) {
  log::failure("A call has no line to its model", context_, error);
  // The agent's voice or model may be one that the provider does not have.
  is_plain_ = failures_ > 0 || error.code == ErrorCode::invalid;
  connect_later();
}

void RealtimeBrain::connect_later() {
  auto tries = static_cast<std::size_t>(failures_++);
  if (tries < retry_after_ms.size()) {
    connect_at_ = host_.now() + retry_after_ms[tries];
  } else {
    wanted_.reset();
    host_.end_after_speech(CallEnd::failed, {});
  }
}

// While the caller and the model are at rest, so that nobody notices.
Task<void> RealtimeBrain::roll_over() {
  auto self = shared_from_this();
  auto opened = co_await parts_.model.open(context_for(open_time_max), settings());
  while (opened && !is_over_ && line_ && !is_at_rest()) co_await waiting_.next();
  is_connecting_ = false;
  if (is_over_) co_return;
  if (opened) {
    adopt(*std::move(opened));
  } else if (!line_) {
    retry(opened.error());
  } else {
    // The old line ends by itself in a while, and is replaced then.
    log::failure("A call keeps the line to its model", context_, opened.error());
    ++failures_;
  }
}

bool RealtimeBrain::is_ending_soon() const {
  if (!line_ || failures_ > 0) return false;
  auto ends_at = line_->ends_at();
  return ends_at && std::chrono::steady_clock::now() > *ends_at - roll_over_before;
}

void RealtimeBrain::adopt(std::unique_ptr<RealtimeSession> session) {
  ++line_number_;
  line_stop_.request_stop();
  line_stop_ = {};
  charge_time(true);
  line_ = std::move(session);
  line_since_ = host_.now();
  connect_at_.reset();
  for (const auto& words : history_) line_->add_words(words.role, words.text);
  if (!guidance_.empty()) line_->add_words(ChatRole::system, guidance_);
  if (!unheard_.empty()) line_->hear(std::exchange(unheard_, {}));
  run_detached(work_failed, context_, listen(line_, line_number_, line_stop_.get_token()));
  if (!std::exchange(has_greeted_, true) && !agent_->settings.greeting.empty())
    want(greeting_instructions(agent_->settings.greeting), true, agent_->settings.greeting);
  ask_next();
}

Task<void> RealtimeBrain::listen(Line line, std::uint64_t number, std::stop_token stop) {
  auto self = shared_from_this();
  auto context = context_;
  context.cancellation = stop;
  while (true) {
    auto event = co_await line->next(context);
    if (is_over_ || number != line_number_) co_return;
    if (!event || !*event) {
      lose_line(event ? nullptr : &event.error());
      co_return;
    }
    take(**std::move(event));
    if (is_over_ || number != line_number_) co_return;
  }
}

void RealtimeBrain::lose_line(const Error* error) {
  if (error != nullptr) log::failure("A call lost the line to its model", context_, *error);
  line_stop_.request_stop();
  ++line_number_;
  charge_time(true);
  line_.reset();
  is_caller_speaking_ = false;
  bool was_cut_off = !active_.empty() && !is_dropped_;
  bool was_asked = is_asked_;
  active_.clear();
  calls_.clear();
  is_dropped_ = is_asked_ = false;
  host_.playout().end_sentence();
  tell_sentences(true);
  if (was_cut_off && run_.has_audio()) {
    want(go_on_instructions(run_.text()), false);
  } else if (was_cut_off || was_asked) {
    if (!wanted_) wanted_ = was_asked ? asked_ : Wanted{};
  }
  // A line that is lost before it has answered counts like one that was never had.
  connect_later();
  finish_if_silent();
}

// Where the provider takes something for it. What is paid is the difference of whole sums, so that
// rounding does not add up.
void RealtimeBrain::charge_time(bool is_end) {
  if (!line_) return;
  auto lasted = lasted_ms_ + host_.now() - line_since_;
  if (is_end) {
    lasted_ms_ = lasted;
    line_since_ = host_.now();
  } else if (lasted - paid_ms_ < charging_ms) {
    return;
  }
  auto cost = cost_of_session(parts_.model, lasted) - cost_of_session(parts_.model, paid_ms_);
  paid_ms_ = lasted;
  if (cost > 0) host_.use_model(model_name(), cost);
}

void RealtimeBrain::remember(ChatRole role, std::string text) {
  if (text.empty()) return;
  history_bytes_ += text.size();
  history_.push_back({.role = role, .text = std::move(text)});
  while (history_.size() > history_lines_max || history_bytes_ > history_bytes_max) {
    history_bytes_ -= history_.front().text.size();
    history_.pop_front();
  }
}

void RealtimeBrain::hear(std::string_view audio) {
  auto heard = audio_.to_provider(audio);
  if (line_) {
    line_->hear(heard);
    return;
  }
  unheard_ += heard;
  auto bytes_max = unheard_ms_max * bytes_per_ms(audio_.coding());
  if (unheard_.size() > bytes_max) unheard_.erase(0, unheard_.size() - bytes_max);
}

void RealtimeBrain::beat() {
  waiting_.wake();
  if (is_over_) return;
  if (!is_connecting_ && connect_at_ && host_.now() >= *connect_at_) {
    connect_at_.reset();
    is_connecting_ = true;
    run_detached(work_failed, context_, connect());
  } else if (!is_connecting_ && is_ending_soon()) {
    is_connecting_ = true;
    run_detached(work_failed, context_, roll_over());
  }
  if (is_over_) return;
  charge_time(false);
  TurnActions actions;
  turns_.tick(host_.now(), actions);
  act(std::move(actions));
}

}  // namespace aiva::voice
