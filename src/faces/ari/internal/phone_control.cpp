#include <algorithm>
#include <utility>

#include "faces/ari/internal/phone_call.h"
#include "foundation/hop.h"
#include "foundation/log.h"

namespace aiva::ari {
namespace {

using voice::DialEnd;

constexpr std::size_t digits_max = 64;
constexpr std::chrono::seconds ring_margin{5};  // Asterisk ends the ringing itself

bool is_digit(char c) { return std::string_view("0123456789*#ABCDabcd").contains(c); }

}  // namespace

// The caller continues at its own home.
template <class T>
Task<Result<T>> PhoneCall::on_loop(CallContext context, Task<Result<T>> work) {
  auto self = shared_from_this();
  co_await hop(exchange_.loop);
  auto outcome = co_await std::move(work);
  if (context.home != nullptr) co_await hop(*context.home);
  co_return outcome;
}

Task<Result<void>> PhoneCall::send_digits(CallContext context, std::string digits) {
  return on_loop(std::move(context), do_send_digits(std::move(digits)));
}

Task<Result<void>> PhoneCall::hold(CallContext context, bool is_held) {
  return on_loop(std::move(context), do_hold(is_held));
}

Task<Result<void>> PhoneCall::transfer(CallContext context, std::string target) {
  return on_loop(std::move(context), do_transfer(std::move(target)));
}

Task<Result<DialEnd>> PhoneCall::consult(CallContext context, std::string target) {
  auto work = do_consult(context, std::move(target));
  return on_loop(std::move(context), std::move(work));
}

Task<Result<void>> PhoneCall::connect(CallContext context) {
  return on_loop(std::move(context), do_connect());
}

Task<Result<void>> PhoneCall::resume(CallContext context) {
  return on_loop(std::move(context), do_resume());
}

Task<Result<void>> PhoneCall::record(CallContext context, bool is_on) {
  return on_loop(std::move(context), do_record(is_on));
}

Task<Result<void>> PhoneCall::do_send_digits(std::string digits) {
  CO_TRY_VOID(check_talking());
  if (digits.empty() || digits.size() > digits_max || !std::ranges::all_of(digits, is_digit))
    co_return fail(invalid_field("digits", "must be 1 to 64 of 0-9, *, #, A-D"));
  co_return co_await put({.method = "POST",
                          .path = "channels/" + caller_ + "/dtmf",
                          .query = {{"dtmf", std::move(digits)}}});
}

Task<Result<void>> PhoneCall::do_hold(bool is_held) {
  CO_TRY_VOID(check_talking());
  co_return co_await (is_held ? park() : unpark());
}

Task<Result<void>> PhoneCall::park() {
  if (is_parked_) co_return Result<void>{};
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "bridges/" + bridge_ + "/removeChannel",
                            .query = {{"channel", caller_}}}));
  is_parked_ = true;
  // Without music there is silence.
  auto playing = co_await put({.method = "POST", .path = "channels/" + caller_ + "/moh"});
  if (!playing) log::failure("A held caller hears no music", {}, playing.error());
  co_return Result<void>{};
}

Task<Result<void>> PhoneCall::unpark() {
  if (!is_parked_) co_return Result<void>{};
  auto stopped = co_await put({.method = "DELETE", .path = "channels/" + caller_ + "/moh"});
  if (!stopped) log::failure("A held caller's music goes on", {}, stopped.error());
  if (caller_.empty()) co_return check_talking();
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "bridges/" + bridge_ + "/addChannel",
                            .query = {{"channel", caller_}}}));
  is_parked_ = false;
  co_return Result<void>{};
}

Task<Result<void>> PhoneCall::do_transfer(std::string target) {
  CO_TRY_VOID(check_talking());
  if (!target.empty()) CO_TRY_VOID(voice::check_destination(target, "target"));
  is_moving_ = true;
  auto moved = co_await move(std::move(target));
  is_moving_ = false;
  if (!moved) {
    // It left by itself meanwhile.
    if (caller_.empty() || media_.empty()) take_down();
    co_return moved;
  }
  leave(caller_);
  co_return moved;
}

Task<Result<void>> PhoneCall::move(std::string target) {
  const auto& dialplan = exchange_.options.transfer_context;
  auto channel = caller_;
  Request going_on{.method = "POST", .path = "channels/" + channel + "/continue"};
  if (!dialplan.empty() && !target.empty()) {
    // Where Asterisk does not know this function it cannot be asked.
    auto asked = co_await exchange_.line.ask(
        {.method = "GET",
         .path = "channels/" + channel + "/variable",
         .query = {{"variable", "DIALPLAN_EXISTS(" + dialplan + "," + target + ",1)"}}});
    if (asked && read_value(*asked) == "0")
      co_return fail(invalid_field("target", "is not known to the telephone system"));
    going_on.query = {{"context", dialplan}, {"extension", target}, {"priority", "1"}};
  }
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "channels/" + channel + "/variable",
                            .query = {{"variable", "AIVA_TRANSFER"}, {"value", target}}}));
  if (is_parked_) {
    CO_TRY_VOID(co_await put({.method = "DELETE", .path = "channels/" + channel + "/moh"}));
    is_parked_ = false;
  }
  co_return co_await put(std::move(going_on));
}

Task<Result<DialEnd>> PhoneCall::do_consult(CallContext context, std::string target) {
  CO_TRY_VOID(check_talking());
  if (!other_.empty())
    co_return fail(ErrorCode::conflict, "Somebody else is being consulted already");
  CO_TRY_VOID(voice::check_destination(target, "target"));
  const auto& options = exchange_.options;
  auto pattern = options.transfer_context.empty()
                     ? options.endpoint
                     : "Local/{number}@" + options.transfer_context + "/n";
  CO_TRY(auto endpoint, endpoint_of(pattern, target));
  CO_TRY_VOID(co_await park());
  auto end = co_await ring(std::move(context), std::move(endpoint));
  CO_TRY_VOID(check_talking());
  if (!end || *end != DialEnd::answered) co_return end;
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "bridges/" + bridge_ + "/addChannel",
                            .query = {{"channel", other_}}}));
  co_return end;
}

Task<Result<DialEnd>> PhoneCall::ring(CallContext context, std::string endpoint) {
  const auto& options = exchange_.options;
  auto channel = exchange_.make_id();
  auto caller_id = party_.number.empty() ? options.caller_id : party_.number;
  // With the caller as originator both speak in the caller's formats. Without, a Local channel
  // takes 192 kHz, and Asterisk 22.10.1 then hands no audio on from a caller who joins it later.
  Request calling{.method = "POST",
                  .path = "channels/" + channel,
                  .query = {{"endpoint", std::move(endpoint)},
                            {"app", options.app},
                            {"appArgs", "consulted"},
                            {"originator", caller_},
                            {"timeout", std::to_string(options.transfer_ring_max.count())}}};
  if (!caller_id.empty()) calling.query.emplace_back("callerId", caller_id);
  other_ = channel;
  listener_.joined(channel, shared_from_this());
  exchange_.arrivals.expect(channel);
  auto asked = co_await exchange_.line.exchange(std::move(calling));
  bool is_refused = asked && !asked->is_success();
  if (!asked || is_refused) {
    exchange_.arrivals.let_go(channel);
    if (is_refused && other_ == channel) leave(other_);
    if (is_refused) co_return DialEnd::unreachable;
    co_return fail(std::move(asked.error()));
  }
  auto latest = std::chrono::steady_clock::now() + options.transfer_ring_max + ring_margin;
  context.deadline = std::min(context.deadline, latest);
  auto arrival = co_await exchange_.arrivals.wait(channel, context);
  if (!arrival && arrival.error().code == ErrorCode::timeout) co_return DialEnd::no_answer;
  if (!arrival) co_return fail(std::move(arrival.error()));
  if (arrival->is_there) co_return DialEnd::answered;
  co_return dial_end_of(arrival->cause);
}

Task<Result<void>> PhoneCall::do_connect() {
  CO_TRY_VOID(check_talking());
  if (other_.empty()) co_return fail(ErrorCode::conflict, "Whoever was consulted is gone");
  if (!media_.empty())
    CO_TRY_VOID(co_await put({.method = "POST",
                              .path = "bridges/" + bridge_ + "/removeChannel",
                              .query = {{"channel", media_}}}));
  CO_TRY_VOID(co_await unpark());
  CO_TRY_VOID(check_talking());
  if (other_.empty()) {
    // They left in between: the caller is alone in the bridge, until our audio is back in it.
    is_parked_ = false;
    co_return fail(ErrorCode::conflict, "Whoever was consulted is gone");
  }
  phase_ = Phase::connected;
  exchange_.parts.controls.remove(party_.tenant, party_.session_id);
  co_return Result<void>{};
}

Task<Result<void>> PhoneCall::do_resume() {
  CO_TRY_VOID(check_talking());
  if (auto channel = other_; !channel.empty()) {
    bool is_gone = co_await remove("channels/" + channel);
    if (is_gone && other_ == channel) leave(other_);
  }
  CO_TRY_VOID(check_talking());
  CO_TRY_VOID(co_await unpark());
  // It may have left the bridge for a connection that failed.
  if (!media_.empty())
    CO_TRY_VOID(co_await put({.method = "POST",
                              .path = "bridges/" + bridge_ + "/addChannel",
                              .query = {{"channel", media_}}}));
  co_return check_talking();
}

Task<Result<void>> PhoneCall::do_record(bool is_on) {
  CO_TRY_VOID(check_talking());
  if (is_on == !recording_.empty())
    co_return fail(ErrorCode::conflict,
                   is_on ? "The call is recorded already" : "The call is not recorded");
  if (!is_on) {
    CO_TRY_VOID(
        co_await put({.method = "POST", .path = "recordings/live/" + recording_ + "/stop"}));
    recording_.clear();
    co_return Result<void>{};
  }
  CO_TRY_VOID(
      co_await put({.method = "POST",
                    .path = "bridges/" + bridge_ + "/record",
                    .query = {{"name", bridge_}, {"format", "wav"}, {"ifExists", "overwrite"}}}));
  recording_ = bridge_;
  co_return Result<void>{};
}

}  // namespace aiva::ari
