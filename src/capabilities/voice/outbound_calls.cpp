#include "capabilities/voice/outbound_calls.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr std::size_t ringing_max = 500;
constexpr std::chrono::seconds storing_time_max{10};

class DialledCalls final : public OutboundCalls {
 public:
  DialledCalls(CallLog& log, CallDialler& dialler) : log_(log), dialler_(dialler) {}
  ~DialledCalls() override { stop(); }

  Task<Result<Call>> place(CallContext context, NewCall call, OutboundCall outbound) override;
  void stop() override;

 private:
  Result<void> enter();
  void leave();
  Task<void> dial(CallContext context, CallId id, OutboundCall outbound);

  CallLog& log_;
  CallDialler& dialler_;
  std::stop_source stop_{};
  std::mutex mutex_{};
  std::condition_variable all_left_{};
  std::size_t ringing_ = 0;
};

Result<void> DialledCalls::enter() {
  std::lock_guard lock(mutex_);
  if (stop_.stop_requested()) return fail(ErrorCode::unavailable, "The server is about to stop");
  if (!dialler_.is_available())
    return fail(ErrorCode::unavailable, "There is no telephone system to call by");
  if (ringing_ >= ringing_max)
    return fail(ErrorCode::unavailable, "Too many calls are being made; try again later");
  ++ringing_;
  return {};
}

void DialledCalls::leave() {
  std::lock_guard lock(mutex_);
  if (--ringing_ == 0) all_left_.notify_all();
}

void DialledCalls::stop() {
  stop_.request_stop();
  std::unique_lock lock(mutex_);
  all_left_.wait(lock, [this] { return ringing_ == 0; });
}

Task<Result<Call>> DialledCalls::place(CallContext context, NewCall call, OutboundCall outbound) {
  CO_TRY_VOID(check_destination(outbound.destination, "destination"));
  CO_TRY_VOID(enter());
  call.direction = "outbound";
  call.dialled_number = outbound.destination;
  if (call.caller_id.empty()) call.caller_id = outbound.caller_id;
  auto announced = co_await log_.announce(context, std::move(call));
  if (!announced) {
    leave();
    co_return announced;
  }
  outbound.session_id = announced->session_id;
  CallContext lasting{
      .tenant = context.tenant, .trace = context.trace.ids(), .cancellation = stop_.get_token()};
  start(dial(lasting, announced->id, std::move(outbound)), [this](std::exception_ptr exception) {
    if (exception) log::error("A call that goes out failed");
    leave();
  });
  co_return announced;
}

Task<void> DialledCalls::dial(CallContext context, CallId id, OutboundCall outbound) {
  auto end = co_await dialler_.dial(context, std::move(outbound));
  if (!end) log::failure("A call could not be made", context, end.error());
  if (end && *end == DialEnd::answered) co_return;
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + storing_time_max;
  CallOutcome outcome{.end = end ? call_end_of(*end) : CallEnd::failed};
  auto stored = co_await log_.finish(context, id, std::move(outcome));
  if (!stored) log::failure("The end of a call could not be stored", context, stored.error());
}

}  // namespace

CallEnd call_end_of(DialEnd end) {
  switch (end) {
    case DialEnd::busy: return CallEnd::busy;
    case DialEnd::no_answer: return CallEnd::no_answer;
    case DialEnd::rejected: return CallEnd::rejected;
    case DialEnd::unreachable: return CallEnd::unreachable;
    case DialEnd::answered:
    case DialEnd::failed:
    case DialEnd::cancelled: break;
  }
  return CallEnd::failed;
}

std::unique_ptr<OutboundCalls> make_outbound_calls(CallLog& log, CallDialler& dialler) {
  return std::make_unique<DialledCalls>(log, dialler);
}

}  // namespace aiva::voice
