#include "adapters/http_client/internal/stream_pump.h"

#include <utility>

namespace aiva::http_client {

StreamPump::StreamPump(Loop& loop, std::unique_ptr<Exchange> exchange)
    : loop_(loop),
      call_(std::make_shared<Call>(loop, Instant::max(), std::stop_token())),
      exchange_(std::move(exchange)),
      timer_(loop.context()),
      taken_(loop.context(), Instant::max()) {}

void StreamPump::Next::Stop::operator()() const {
  asio::post(context, [pump = pump, number = number] {
    if (auto self = pump.lock()) self->stop(number);
  });
}

bool StreamPump::ask(Next& next) {
  auto number = ++asked_;
  if (next.cancellation_.stop_possible())
    next.on_stop_.emplace(next.cancellation_,
                          Next::Stop{loop_.context(), weak_from_this(), number});
  bool is_first = !std::exchange(has_begun_, true);
  bool is_sooner = false;
  {
    std::lock_guard lock(mutex_);
    is_sooner = next.deadline_ < armed_;
    if (is_sooner) armed_ = next.deadline_;
  }
  if (is_first || is_sooner)
    asio::post(loop_.context(), [self = shared_from_this(), deadline = next.deadline_, is_first] {
      self->begin(deadline, is_first);
    });
  std::unique_lock lock(mutex_);
  if (take_ready(next)) {
    bool was_paused = std::exchange(is_paused_, false);
    lock.unlock();
    if (was_paused)
      asio::post(loop_.context(), [self = shared_from_this()] { self->taken_.cancel(); });
    return false;
  }
  // From here on the reader may go on, and this may be gone, as soon as the lock is free.
  waiter_ = &next;
  waiter_number_ = number;
  return true;
}

// Under the lock.
bool StreamPump::take_ready(Next& next) {
  if (stopped_number_ == asked_ || next.cancellation_.stop_requested()) {
    next.result_ = fail(ErrorCode::cancelled, "The call was cancelled");
    return true;
  }
  if (ready_) {
    next.result_ = std::move(*ready_);
    ready_.reset();
    return true;
  }
  if (is_finished_) next.result_ = fail(ErrorCode::cancelled, "The stream has ended");
  return is_finished_;
}

void StreamPump::drop() {
  {
    std::lock_guard lock(mutex_);
    if (is_finished_) return;
  }
  asio::post(loop_.context(), [self = shared_from_this()] { self->end(); });
}

void StreamPump::begin(Instant deadline, bool is_first) {
  arm(deadline);
  if (!is_first || !exchange_) return;
  call_->begin();
  auto done = [self = shared_from_this()](const std::exception_ptr& exception) {
    self->finish(exception);
  };
  asio::co_spawn(loop_.context(), run(shared_from_this()),
                 asio::bind_cancellation_slot(call_->slot(), std::move(done)));
}

void StreamPump::arm(Instant deadline) {
  if (deadline == Instant::max() || !exchange_) return;
  timer_.expires_at(deadline);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    auto self = weak.lock();
    if (!error && self) self->on_time();
  });
}

void StreamPump::on_time() {
  bool is_over = false;
  Instant next = Instant::max();
  {
    std::lock_guard lock(mutex_);
    if (waiter_ != nullptr) next = waiter_->deadline_;
    is_over = next <= std::chrono::steady_clock::now();
    armed_ = next;
  }
  if (is_over)
    call_->cancel(ErrorCode::timeout, "The other side took too long");
  else
    arm(next);
}

void StreamPump::stop(std::uint64_t number) {
  bool is_waiting = false;
  {
    std::lock_guard lock(mutex_);
    is_waiting = waiter_ != nullptr && waiter_number_ == number;
    stopped_number_ = number;
  }
  if (is_waiting) call_->cancel(ErrorCode::cancelled, "The call was cancelled");
}

void StreamPump::end() {
  if (has_begun_)
    call_->cancel(ErrorCode::cancelled, "The stream was dropped");
  else
    exchange_.reset();
}

bool StreamPump::deliver(Piece piece) {
  std::unique_lock lock(mutex_);
  if (waiter_ == nullptr) {
    ready_.emplace(std::move(piece));
    is_paused_ = true;
    return true;
  }
  auto* waiter = std::exchange(waiter_, nullptr);
  lock.unlock();
  waiter->result_.emplace(std::move(piece));
  auto resume = [awaiting = waiter->awaiting_] { awaiting.resume(); };
  if (waiter->home_ != nullptr)
    waiter->home_->post(std::move(resume));
  else
    asio::post(loop_.context(), std::move(resume));
  return false;
}

Awaitable<void> StreamPump::run(std::shared_ptr<StreamPump> self) {
  for (;;) {
    auto piece = co_await self->exchange_->next();
    if (!piece && self->call_->ended_by()) piece = fail(*self->call_->ended_by());
    bool is_last = !piece || !*piece;
    bool is_ahead = self->deliver(std::move(piece));
    if (is_last) co_return;
    if (is_ahead) co_await self->taken_.async_wait(waiting);
    if (self->call_->ended_by()) co_return;
  }
}

void StreamPump::finish(const std::exception_ptr& exception) {
  call_->end();
  timer_.cancel();
  exchange_.reset();
  bool is_awaited = false;
  {
    std::lock_guard lock(mutex_);
    is_finished_ = true;
    is_awaited = waiter_ != nullptr;
  }
  if (!is_awaited && !exception) return;
  Error error{.code = ErrorCode::cancelled, .message = "The stream has ended"};
  if (exception) error = describe(exception);
  if (call_->ended_by()) error = *call_->ended_by();
  deliver(fail(std::move(error)));
}

}  // namespace aiva::http_client
