#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/running_call.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

using Kind = Steering::Kind;
using std::chrono::seconds;

constexpr seconds command_time_max{15};
constexpr seconds ringing_time_max{90};
constexpr seconds announcement_time_max{15};

std::string sentence_of(DialEnd end, const std::string& target) {
  switch (end) {
    case DialEnd::answered: return target + " answered";
    case DialEnd::busy: return target + " is busy";
    case DialEnd::no_answer: return target + " does not answer";
    case DialEnd::rejected: return target + " does not take the call";
    case DialEnd::unreachable: return target + " cannot be reached";
    case DialEnd::failed: return "The call to " + target + " failed";
    case DialEnd::cancelled: return "The call to " + target + " was given up";
  }
  return {};
}

std::string named(const std::string& target) { return target.empty() ? "another place" : target; }

Error caller_is_gone() {
  return {.code = ErrorCode::conflict, .message = "The caller hung up meanwhile"};
}

}  // namespace

CallContext RunningCall::context_for(std::chrono::milliseconds time_max) const {
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + time_max;
  return context;
}

void RunningCall::wake() { waiting_.wake(); }

void RunningCall::set_held(bool is_held) {
  if (is_over_ || is_held_ == is_held) return;
  is_held_ = is_held;
  last_audio_ = now_;
  if (!monitors_->is_taken_over()) brain_->hold(is_held);
}

void RunningCall::note_steering(std::string text) {
  write_line({.speaker = "system", .text = std::move(text), .starts_ms = now(), .ends_ms = now()});
}

Task<Result<DialEnd>> RunningCall::steer(Steering steering) {
  auto self = shared_from_this();
  if (is_over_ || ending_) co_return fail(ErrorCode::conflict, "The call is over");
  if (!steering_.control)
    co_return fail(
        ErrorCode::conflict,
        "The telephone system of this call carries its audio only; it cannot be steered");
  if (is_steering_)
    co_return fail(ErrorCode::conflict, "The call is being transferred or put on hold already");
  is_steering_ = true;
  auto outcome = co_await do_steering(std::move(steering));
  is_steering_ = false;
  co_return outcome;
}

Task<Result<DialEnd>> RunningCall::do_steering(Steering steering) {
  auto control = steering_.control;
  auto context = context_for(command_time_max);
  switch (steering.kind) {
    case Kind::digits:
      CO_TRY_VOID(co_await control->send_digits(context, steering.text));
      note_steering(std::to_string(steering.text.size()) + " digits were sent");
      break;
    case Kind::hold: CO_TRY_VOID(co_await set_hold(true)); break;
    case Kind::unhold: CO_TRY_VOID(co_await set_hold(false)); break;
    case Kind::transfer: co_return co_await transfer(std::move(steering.text));
    case Kind::consult: co_return co_await consult(std::move(steering.text));
    case Kind::record:
      CO_TRY_VOID(co_await control->record(context, true));
      note_steering("The telephone system records the call");
      break;
    case Kind::stop_recording:
      CO_TRY_VOID(co_await control->record(context, false));
      note_steering("The telephone system records the call no more");
      break;
  }
  co_return DialEnd::answered;
}

Task<Result<void>> RunningCall::set_hold(bool is_held) {
  if (is_held == is_held_)
    co_return fail(ErrorCode::conflict,
                   is_held ? "The caller is on hold already" : "The caller is not on hold");
  CO_TRY_VOID(co_await steering_.control->hold(context_for(command_time_max), is_held));
  set_held(is_held);
  note_steering(is_held ? "The caller was put on hold" : "The caller is back from hold");
  co_return Result<void>{};
}

Task<Result<DialEnd>> RunningCall::transfer(std::string target) {
  CO_TRY_VOID(co_await steering_.control->transfer(context_for(command_time_max), target));
  note_steering("The caller was transferred to " + named(target));
  finish(CallEnd::transferred, target);
  co_return DialEnd::answered;
}

Task<Result<DialEnd>> RunningCall::consult(std::string target) {
  auto control = steering_.control;
  set_held(true);
  note_steering("The caller waits while " + named(target) + " is called");
  auto end = co_await control->consult(context_for(ringing_time_max), target);
  if (is_over_) co_return fail(caller_is_gone());
  if (end) note_steering(sentence_of(*end, named(target)));
  if (end && *end == DialEnd::answered) {
    auto connected = co_await announce_caller();
    if (connected) {
      note_steering("The caller was transferred to " + named(target));
      finish(CallEnd::transferred, target);
      co_return DialEnd::answered;
    }
    if (is_over_) co_return fail(caller_is_gone());
    end = fail(std::move(connected.error()));
  }
  auto resumed = co_await control->resume(context_for(command_time_max));
  if (!resumed) log::failure("A caller could not be brought back", context_, resumed.error());
  if (is_over_) co_return fail(caller_is_gone());
  set_held(false);
  if (end) brain_->say(phrase_in(language_, Phrase::nobody_there));
  co_return end;
}

// Whoever answered hears who calls, then the caller.
Task<Result<void>> RunningCall::announce_caller() {
  auto until = now_ + announcement_time_max;
  brain_->say(phrase_in(language_, Phrase::somebody_calls));
  do {
    co_await waiting_.next();
  } while (!is_over_ && now_ < until && (brain_->is_busy() || is_speaking()));
  if (is_over_) co_return fail(caller_is_gone());
  co_return co_await steering_.control->connect(context_for(command_time_max));
}

void RunningCall::begin_transfer(std::string target) {
  is_steering_ = true;
  run_detached("A transfer failed", context_, transfer_for_agent(std::move(target)));
}

Task<void> RunningCall::transfer_for_agent(std::string target) {
  auto self = shared_from_this();
  bool consults = steering_.control->consults() && !target.empty();
  auto ended = consults ? co_await consult(target) : co_await transfer(target);
  is_steering_ = false;
  if (is_over_) co_return;
  if (!ended) {
    log::failure("An agent's transfer failed", context_, ended.error());
    note_steering("The transfer to " + named(target) + " failed");
  }
  if (steering_.people != nullptr && call_.chat_session) {
    auto given = co_await steering_.people->give_back(short_context(), *call_.chat_session);
    if (!given) log::failure("A conversation stays with people", context_, given.error());
  }
  if (is_over_) co_return;
  last_audio_ = now_;
  if (!ended) brain_->say(phrase_in(language_, Phrase::nobody_there));
}

}  // namespace aiva::voice
