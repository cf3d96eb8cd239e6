#include "capabilities/voice/internal/running_call.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/phrases.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr auto frame_time = std::chrono::milliseconds(frame_ms);
constexpr int frames_caught_up_max = 2;
constexpr auto metering_time = std::chrono::seconds(1);
constexpr auto charging_time = std::chrono::minutes(1);         // a killed process loses no more
constexpr auto settling_time = std::chrono::milliseconds(200);  // after the last word
constexpr auto storing_time_max = std::chrono::seconds(10);

// How calls with an agent end; whoever was not reached never spoke with one.
constexpr std::array call_ends = {
    CallEnd::caller_hung_up, CallEnd::agent_hung_up, CallEnd::transferred,
    CallEnd::idle,           CallEnd::media_silence, CallEnd::time_limit,
    CallEnd::no_credits,     CallEnd::shutdown,      CallEnd::failed};

Phrase farewell(CallEnd end) {
  switch (end) {
    case CallEnd::time_limit: return Phrase::time_is_up;
    case CallEnd::no_credits: return Phrase::no_credits;
    case CallEnd::shutdown: return Phrase::closing;
    case CallEnd::caller_hung_up:
    case CallEnd::agent_hung_up:
    case CallEnd::transferred:
    case CallEnd::idle:
    case CallEnd::media_silence:
    case CallEnd::failed:
    case CallEnd::busy:
    case CallEnd::no_answer:
    case CallEnd::rejected:
    case CallEnd::unreachable: return Phrase::goodbye;
  }
  return Phrase::goodbye;
}

}  // namespace

CallMeters::CallMeters(Metrics& metrics)
    : active(metrics.gauge("aiva_voice_calls_active", "Calls that go on")),
      begun(metrics.counter("aiva_voice_calls_total", "Calls that were begun")),
      underruns(metrics.counter("aiva_voice_underruns_total",
                                "Frames that were missing in the middle of a sentence")),
      interruptions(
          metrics.counter("aiva_voice_interruptions_total", "Answers that callers cut off")),
      first_audio(metrics.histogram("aiva_voice_first_audio_seconds",
                                    "From the end of the caller's speech to the agent's voice",
                                    {.1, .2, .3, .5, .7, 1, 1.5, 2, 3, 5, 10})),
      mos(metrics.histogram("aiva_voice_mos", "Opinion scores of calls by the E-model",
                            {1, 1.5, 2, 2.5, 3, 3.3, 3.6, 3.8, 4, 4.2, 4.3, 4.4, 4.5})),
      seconds(metrics.histogram("aiva_voice_call_seconds", "How long calls went on",
                                {5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600})) {
  for (auto end : call_ends)
    ends[end] = &metrics.counter("aiva_voice_calls_ended_total", "Calls that ended, by why",
                                 {{"end", std::string(name_of(end))}});
}

void CallMeters::count_end(CallEnd end, double call_seconds) {
  seconds.observe(call_seconds);
  if (auto found = ends.find(end); found != ends.end()) found->second->add();
}

RunningCall::RunningCall(CallContext context, Call call, std::string language,
                         std::shared_ptr<Leg> leg, CallLog& log, CallMeters& meters,
                         const CallLimits& limits, Instant now, Over over)
    : context_(std::move(context)),
      call_(std::move(call)),
      language_(std::move(language)),
      leg_(std::move(leg)),
      log_(log),
      meters_(meters),
      limits_(limits),
      over_(std::move(over)),
      monitors_(std::make_shared<CallMonitors>(leg_->format())),
      taps_{monitors_},
      playout_(leg_->format()),
      began_(now),
      now_(now),
      next_frame_(began_ + frame_time),
      last_audio_(began_),
      next_metering_(began_ + metering_time),
      next_charging_(began_ + charging_time) {
  if (auto max = leg_->duration_max()) limits_.duration_max = std::min(limits_.duration_max, *max);
}

void RunningCall::begin(std::shared_ptr<Brain> brain) {
  brain_ = std::move(brain);
  meters_.active.add(1);
  meters_.begun.add();
  brain_->begin();
}

CallMs RunningCall::now() const { return ms_at(now_); }

CallMs RunningCall::ms_at(Instant instant) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(instant - began_).count();
}

std::int64_t RunningCall::seconds() const {
  auto since = std::chrono::steady_clock::now() - began_;
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

void RunningCall::hear(std::string_view audio) {
  if (is_over_ || !brain_) return;
  last_audio_ = now_;
  audio_in_bytes_ += static_cast<std::int64_t>(audio.size());
  quality_.heard(now(), static_cast<std::int64_t>(audio.size() / leg_->format().bytes_per_ms()));
  for (const auto& tap : taps_) tap->heard(now(), audio);
  if (notes_ && monitors_->is_taken_over()) notes_->hear_caller(now(), audio);
  if (is_listening()) brain_->hear(audio);
}

void RunningCall::digit(char digit) {
  if (is_listening()) brain_->digit(digit);
}

void RunningCall::ask(std::string words) {
  last_audio_ = now_;
  if (is_listening()) brain_->ask(std::move(words));
}

void RunningCall::take_turns(bool by_itself) {
  if (is_listening()) brain_->take_turns(by_itself);
}

void RunningCall::commit() {
  if (is_listening()) brain_->commit();
}

void RunningCall::clear() {
  if (is_listening()) brain_->clear();
}

void RunningCall::cancel() {
  if (is_listening()) brain_->cancel();
}

void RunningCall::beat(Instant now) {
  if (is_over_) return give_notes_up(now);
  if (!brain_) return;
  now_ = now;
  wake();
  if (is_over_) return;
  // Frames go out at instants fixed when the call began. After a stall time goes on from now.
  if (now - next_frame_ > frames_caught_up_max * frame_time) {
    if (!playout_.is_drained()) quality_.skipped((now - next_frame_) / frame_time);
    next_frame_ = now;
  }
  while (next_frame_ <= now && !is_over_) {
    quality_.begun(std::chrono::duration<double, std::milli>(now - next_frame_).count());
    next_frame_ += frame_time;
    play_frame();
  }
  if (!is_over_) play_ahead();
  if (!is_over_ && heard_at_ && now >= *heard_at_) {
    heard_at_.reset();
    is_speaking_ = false;
    brain_->speech_ended();
  }
  if (!is_over_) brain_->beat();
  if (!is_over_ && notes_) notes_->beat(this->now());
  if (!is_over_)
    for (const auto& tap : taps_) tap->beat(this->now());
  if (!is_over_) check_limits(now);
  if (!is_over_ && ending_) check_ending(now);
}

void RunningCall::play_frame() {
  bool had_speech = !playout_.is_drained();
  auto late = playout_.underruns();
  auto frame = playout_.next_frame();
  if (playout_.underruns() > late) {
    meters_.underruns.add();
    quality_.missed();
  }
  if (frame.empty() && monitors_->is_taken_over()) return play_person();
  if (!play(ms_at(next_frame_ - frame_time), frame)) return end(CallEnd::caller_hung_up);
  if (!frame.empty() && !is_speaking_) {
    is_speaking_ = true;
    brain_->speech_began();
  }
  if (playout_.is_drained()) {
    if (had_speech) heard_at_ = next_frame_;
  } else {
    heard_at_.reset();
  }
}

// False: the leg is gone. An empty frame is silence.
bool RunningCall::play(CallMs at, std::string_view frame) {
  if (frame.empty()) return leg_->keeps_itself_alive() || leg_->play(playout_.silence());
  outcome_.audio_out_ms += frame_ms;
  for (const auto& tap : taps_) tap->played(at, frame);
  return leg_->play(frame);
}

void RunningCall::play_ahead() {
  auto until = now_ + std::chrono::milliseconds(leg_->ahead_ms());
  while (!is_over_ && next_frame_ <= until && playout_.has_frame()) {
    next_frame_ += frame_time;
    play_frame();
  }
}

bool RunningCall::is_speaking() const { return is_speaking_ || !playout_.is_drained(); }

void RunningCall::note(CallEvent::Kind kind, std::string text, bool is_cut_off) {
  if (!leg_) return;
  CallEvent event{.kind = kind, .text = std::move(text), .at_ms = now(), .is_cut_off = is_cut_off};
  for (const auto& tap : taps_) tap->note(event);
  leg_->note(event);
}

Heard RunningCall::stop_speech() {
  is_speaking_ = false;
  heard_at_.reset();
  std::int64_t unplayed = leg_ ? leg_->flush() : 0;
  if (next_frame_ > now_ + frame_time) {
    auto ahead = std::chrono::duration_cast<std::chrono::milliseconds>(next_frame_ - now_);
    unplayed = std::max(unplayed, ahead.count());
    next_frame_ = now_ + frame_time;
    for (const auto& tap : taps_) tap->cut(ms_at(next_frame_));
  }
  return playout_.clear(unplayed);
}

void RunningCall::check_limits(Instant now) {
  if (!is_held_ && leg_->is_always_heard() && now - last_audio_ > limits_.media_silence_max)
    return end(CallEnd::media_silence);
  if (!ending_ && now - began_ > limits_.duration_max) end_politely(CallEnd::time_limit);
  if (now >= next_metering_) {
    next_metering_ = now + metering_time;
    meter();
  }
  if (now >= next_charging_) {
    next_charging_ = now + charging_time;
    run_detached("The model of a call could not be charged", context_, charge_models());
  }
}

void RunningCall::check_ending(Instant now) {
  bool is_silent = !brain_->is_busy() && !is_speaking();
  if (!is_silent) {
    ending_->silent_since.reset();
  } else if (!ending_->silent_since) {
    ending_->silent_since = now;
  }
  bool has_settled = ending_->silent_since && now - *ending_->silent_since >= settling_time;
  if ((has_settled && ending_->is_known) || now >= ending_->until) {
    if (is_steering_ && ending_->end == CallEnd::transferred) return;
    auto ending = std::move(*std::exchange(ending_, std::nullopt));
    if (ending.end == CallEnd::transferred && steering_.control)
      return begin_transfer(std::move(ending.transfer_target));
    finish(ending.end, ending.transfer_target);
  }
}

void RunningCall::end_after_speech(CallEnd end, std::string transfer_target) {
  if (is_over_ || ending_) return;
  ending_ = Ending{.end = end,
                   .transfer_target = std::move(transfer_target),
                   .until = now_ + limits_.ending_max};
  if (monitors_->is_taken_over()) playout_.resume();
  if (ending_->transfer_target.empty()) return;
  ending_->is_known = false;
  run_detached("Where a call goes could not be written down", context_,
               store_transfer(ending_->transfer_target));
}

void RunningCall::end_politely(CallEnd end) {
  if (is_over_ || ending_) return;
  brain_->say(phrase_in(language_, farewell(end)));
  end_after_speech(end, {});
}

void RunningCall::end(CallEnd reason) { finish(reason, {}); }

void RunningCall::finish(CallEnd end, std::string_view transfer_target) {
  if (is_over_) return;
  auto self = shared_from_this();  // the leg or `over_` may hold the last other one
  is_over_ = true;
  outcome_.end = end;
  outcome_.transfer_target = transfer_target;
  outcome_.duration_ms = now();
  outcome_.audio_in_ms = audio_in_bytes_ / static_cast<std::int64_t>(leg_->format().bytes_per_ms());
  outcome_.mos = measure_quality();
  span_.set("aiva.call.turns", std::int64_t{outcome_.turns});
  if (end == CallEnd::failed) span_.fail(ErrorCode::internal);
  span_.end();
  if (notes_) notes_->finish(now());
  for (const auto& tap : taps_) tap->over(now(), end);
  if (brain_) {
    brain_->end();
    meters_.active.add(-1);
    meters_.count_end(end, static_cast<double>(outcome_.duration_ms) / 1000);
  }
  wake();
  if (steering_.control) steering_.control->end(end);
  std::exchange(leg_, nullptr)->hang_up(end, transfer_target);
  run_detached("The end of a call could not be written down", context_, store_outcome());
}

double RunningCall::measure_quality() {
  auto carried = quality_.carried(now());
  if (auto known = leg_->quality())
    carried = {.delay_ms = known->delay_ms,
               .jitter_ms = known->jitter_ms,
               .loss = known->loss,
               .burst_ratio = known->burst_ratio};
  auto mos = opinion_of(carried, now());
  if (mos > 0) meters_.mos.observe(mos);
  return mos;
}

void RunningCall::count_interruption() {
  ++outcome_.interruptions;
  meters_.interruptions.add();
}

void RunningCall::write_line(TranscriptLine line) {
  line.sequence_number = ++lines_;
  if (line.first_audio_ms >= 0)
    meters_.first_audio.observe(static_cast<double>(line.first_audio_ms) / 1000, context_.trace);
  for (const auto& tap : taps_) tap->line(line);
  run_detached("A line of a call could not be written down", context_, store_line(std::move(line)));
}

CallContext RunningCall::short_context() const {
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + storing_time_max;
  return context;
}

Task<void> RunningCall::store_line(TranscriptLine line) {
  auto self = shared_from_this();
  auto stored = co_await log_.add_line(short_context(), call_.id, std::move(line));
  if (!stored) log::failure("A line of a call could not be stored", context_, stored.error());
}

Task<void> RunningCall::store_transfer(std::string target) {
  auto self = shared_from_this();
  auto stored = co_await log_.note_transfer(short_context(), call_.id, std::move(target));
  if (!stored) log::failure("Where a call goes could not be stored", context_, stored.error());
  if (ending_) ending_->is_known = true;
}

void RunningCall::meter() {
  if (is_metering_) return;
  is_metering_ = true;
  run_detached("A call could not be metered", context_, meter_once());
}

Task<void> RunningCall::meter_once() {
  auto self = shared_from_this();
  auto metered = co_await log_.meter(short_context(), call_.id, now());
  is_metering_ = false;
  if (metered || is_over_) co_return;
  if (metered.error().code == ErrorCode::quota_exceeded) {
    end_politely(CallEnd::no_credits);
  } else {
    log::failure("A call could not be metered", context_, metered.error());
  }
}

void RunningCall::use_model(std::string model, billing::MicroUsd base) {
  uses_[std::move(model)] += base;
}

Task<void> RunningCall::charge_models() {
  auto self = shared_from_this();
  for (auto& [model, base] : std::exchange(uses_, {})) {
    ModelUse use{.part = ++charges_, .model = model, .base = base};
    auto charged = co_await log_.charge_model(short_context(), call_.id, std::move(use));
    if (!charged)
      log::failure("The model of a call could not be charged", context_, charged.error());
  }
}

Task<void> RunningCall::store_outcome() {
  auto self = shared_from_this();
  if (brain_) co_await brain_->settle();
  if (auto notes = notes_) co_await notes->settle();
  co_await charge_models();
  auto stored = co_await log_.finish(short_context(), call_.id, outcome_);
  if (!stored) log::failure("The end of a call could not be stored", context_, stored.error());
  over_(call_.id);
}

}  // namespace aiva::voice
