#include "faces/ari/internal/phone_call.h"

#include <utility>

#include "foundation/hop.h"
#include "foundation/log.h"

namespace aiva::ari {
namespace {

constexpr std::string_view normal_clearing = "16";

Error caller_is_gone() { return {.code = ErrorCode::conflict, .message = "The caller is gone"}; }

}  // namespace

PhoneCall::PhoneCall(Exchange& exchange, Party party, Listener listener)
    : exchange_(exchange),
      party_(std::move(party)),
      listener_(std::move(listener)),
      caller_(party_.channel) {}

PhoneCall::PhoneCall(Exchange& exchange, std::string bridge, std::string one, std::string other,
                     Listener listener)
    : exchange_(exchange),
      party_{.channel = one, .is_answered = true},
      listener_(std::move(listener)),
      caller_(std::move(one)),
      bridge_(std::move(bridge)),
      other_(std::move(other)),
      phase_(Phase::connected) {}

bool PhoneCall::has(const std::string& channel) const {
  return !channel.empty() && (channel == caller_ || channel == media_ || channel == other_);
}

Result<void> PhoneCall::check_talking() const {
  if (phase_ == Phase::talking && !caller_.empty()) return {};
  return fail(caller_is_gone());
}

Task<Result<void>> PhoneCall::put(Request request) {
  auto asking = exchange_.line.ask(std::move(request));
  auto done = co_await std::move(asking);
  if (done) co_return Result<void>{};
  auto error = std::move(done.error());
  // What is not there was there a moment ago; addChannel says so with 400.
  if (error.code == ErrorCode::not_found || error.code == ErrorCode::invalid)
    error.code = ErrorCode::conflict;
  co_return fail(std::move(error));
}

Task<Result<void>> PhoneCall::begin() {
  auto self = shared_from_this();
  listener_.joined(caller_, self);
  if (!party_.session_id.empty())
    exchange_.parts.controls.add(party_.tenant, party_.session_id, self);
  auto begun = co_await do_begin();
  if (begun && phase_ == Phase::over) begun = fail(caller_is_gone());
  if (begun) co_return begun;
  // Whoever asked for it decides what becomes of the caller.
  leave(caller_);
  take_down();
  co_return begun;
}

Task<Result<void>> PhoneCall::do_begin() {
  bridge_ = exchange_.make_id();
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "bridges/" + bridge_,
                            .query = {{"type", "mixing"}, {"name", exchange_.prefix()}}}));
  CO_TRY_VOID(co_await connect_audio());
  if (caller_.empty()) co_return fail(caller_is_gone());
  if (!party_.is_answered)
    CO_TRY_VOID(co_await put({.method = "POST", .path = "channels/" + caller_ + "/answer"}));
  party_.is_answered = true;
  if (caller_.empty() || media_.empty()) co_return fail(caller_is_gone());
  CO_TRY_VOID(co_await put({.method = "POST",
                            .path = "bridges/" + bridge_ + "/addChannel",
                            .query = {{"channel", caller_ + "," + media_}}}));
  if (caller_.empty() || media_.empty()) co_return fail(caller_is_gone());
  if (phase_ == Phase::beginning) phase_ = Phase::talking;
  co_return Result<void>{};
}

Task<Result<void>> PhoneCall::connect_audio() {
  MediaRequest wanted{.channel = exchange_.make_media_id(),
                      .app = exchange_.options.app,
                      .session_id = party_.session_id};
  CO_TRY(auto offer, exchange_.media->offer(wanted));
  media_ = wanted.channel;
  media_port_ = std::move(offer.port);
  listener_.joined(media_, shared_from_this());
  exchange_.arrivals.expect(media_);
  auto asked = co_await exchange_.line.ask(std::move(offer.request));
  if (!asked) {
    exchange_.arrivals.let_go(wanted.channel);
    if (asked.error().code != ErrorCode::timeout) leave(media_);
    co_return fail(std::move(asked.error()));
  }
  CallContext context{.deadline =
                          std::chrono::steady_clock::now() + exchange_.options.media_time_max};
  CO_TRY(auto arrival, co_await exchange_.arrivals.wait(wanted.channel, context));
  if (!arrival.is_there || media_.empty()) {
    leave(media_);
    co_return fail(ErrorCode::unavailable, "The call's audio could not be connected");
  }
  auto port = media_port_;
  auto beginning = exchange_.media->begin(std::move(wanted), port.get());
  CO_TRY_VOID(co_await std::move(beginning));
  if (!media_.empty()) co_return Result<void>{};
  if (port) port->end();
  co_return fail(ErrorCode::unavailable, "The call's audio ended at once");
}

void PhoneCall::leave(std::string& channel) {
  if (&channel == &media_) end_audio();
  if (channel.empty()) return;
  listener_.left(channel);
  channel.clear();
}

void PhoneCall::end_audio() {
  if (auto port = std::exchange(media_port_, nullptr)) port->end();
}

void PhoneCall::note_gone(const std::string& channel) {
  auto self = shared_from_this();
  if (channel == other_) {
    leave(other_);
    if (phase_ == Phase::connected) take_down();
    return;
  }
  bool is_caller = channel == caller_;
  if (is_caller) {
    leave(caller_);
    if (is_moving_) return;  // its transfer decides
  } else if (channel == media_) {
    leave(media_);
    if (phase_ == Phase::connected || is_moving_) return;
  }
  if (phase_ == Phase::beginning) return;  // begin() notices
  take_down();
}

void PhoneCall::take_down() {
  if (phase_ != Phase::over) {
    phase_ = Phase::over;
    if (!party_.session_id.empty())
      exchange_.parts.controls.remove(party_.tenant, party_.session_id);
  }
  if (!std::exchange(is_clearing_, true)) exchange_.running.run(clear());
}

Task<void> PhoneCall::clear() {
  auto self = shared_from_this();
  if (!caller_.empty() && !was_ended_ && media_.empty() && other_.empty())
    co_await give_back_caller();
  // What cannot be removed now is removed when the connection is back.
  for (auto* channel : {&caller_, &media_, &other_}) {
    auto id = *channel;
    if (id.empty()) continue;
    bool is_gone = co_await remove("channels/" + id);
    if (is_gone && *channel == id) leave(*channel);
  }
  if (!bridge_.empty() && co_await remove("bridges/" + bridge_)) bridge_.clear();
  is_clearing_ = false;
  if (caller_.empty() && media_.empty() && other_.empty() && bridge_.empty()) listener_.gone(this);
}

// Our audio ended without a word: nobody took the call up, and another place may.
Task<void> PhoneCall::give_back_caller() {
  if (!exchange_.options.continues_refused) co_return;
  log::warn("Asterisk goes on with a call whose audio ended", {{"session", party_.session_id}});
  auto channel = caller_;
  auto moved = co_await put({.method = "POST", .path = "channels/" + channel + "/continue"});
  if (moved && caller_ == channel) leave(caller_);
}

Task<bool> PhoneCall::remove(std::string path) {
  Request request{.method = "DELETE", .path = std::move(path)};
  if (request.path.starts_with("channels/"))
    request.query.emplace_back("reason_code", normal_clearing);
  auto removed = co_await exchange_.line.ask(std::move(request));
  co_return removed || removed.error().code == ErrorCode::not_found;
}

void PhoneCall::end(voice::CallEnd) {
  exchange_.loop.post([self = shared_from_this()] {
    self->was_ended_ = true;
    if (self->phase_ != Phase::connected) return self->take_down();
    // Two speak to each other; only our audio goes.
    self->exchange_.running.run([](std::shared_ptr<PhoneCall> call) -> Task<void> {
      auto media = call->media_;
      if (media.empty()) co_return;
      bool is_gone = co_await call->remove("channels/" + media);
      if (is_gone && call->media_ == media) call->leave(call->media_);
    }(self));
  });
}

}  // namespace aiva::ari
