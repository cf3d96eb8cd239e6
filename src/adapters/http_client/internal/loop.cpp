#include "adapters/http_client/internal/loop.h"

#include <pthread.h>

namespace aiva::http_client {

Loop::Loop() : work_(context_.get_executor()) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "aiva-http-out");
    context_.run();
  });
}

void Loop::stop(std::function<void()> last) {
  if (!thread_.joinable()) return;
  asio::post(context_, [this, &last] {
    is_stopping_ = true;
    // Cancelling may end calls at once and change the set.
    auto calls = calls_;
    for (auto* call : calls)
      if (calls_.contains(call)) call->cancel(ErrorCode::cancelled, "The program is ending");
    if (last) last();
    work_.reset();
  });
  thread_.join();
}

Call::Call(Loop& loop, std::chrono::steady_clock::time_point deadline, std::stop_token cancellation)
    : loop_(loop),
      deadline_(deadline),
      cancellation_(std::move(cancellation)),
      timer_(loop.context()) {}

void Call::begin() {
  loop_.calls_.insert(this);
  auto weak = weak_from_this();
  if (deadline_ != std::chrono::steady_clock::time_point::max()) {
    timer_.expires_at(deadline_);
    timer_.async_wait([weak](const error_code& error) {
      auto call = weak.lock();
      if (!error && call) call->cancel(ErrorCode::timeout, "The other side took too long");
    });
  }
  auto request_cancel = [weak, &context = loop_.context()] {
    asio::post(context, [weak] {
      auto call = weak.lock();
      if (call) call->cancel(ErrorCode::cancelled, "The call was cancelled");
    });
  };
  if (cancellation_.stop_possible()) on_stop_.emplace(cancellation_, request_cancel);
  if (loop_.is_stopping_) request_cancel();
}

void Call::end() {
  on_stop_.reset();
  timer_.cancel();
  loop_.calls_.erase(this);
}

Error describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& thrown) {
    return internal_error(thrown.what());
  } catch (...) {
    return internal_error("an unknown exception");
  }
}

void Call::cancel(ErrorCode code, std::string message) {
  if (ended_by_ || !loop_.calls_.contains(this)) return;
  ended_by_ = Error{.code = code, .message = std::move(message)};
  signal_.emit(asio::cancellation_type::terminal);
}

}  // namespace aiva::http_client
