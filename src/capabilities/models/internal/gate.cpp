#include "capabilities/models/internal/gate.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "capabilities/models/internal/fair_queue.h"
#include "capabilities/models/internal/shared_budget.h"
#include "foundation/log.h"
#include "ports/model_server/request_pace.h"

namespace aiva::models {
namespace {

using model_server::Allowance;
using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;
using Ticket = FairQueue::Ticket;

constexpr milliseconds wait_least{2};
constexpr milliseconds wait_most{1000};  // then looked at again: others may be first by now

}  // namespace

struct Gate::State {
  State(const GateOptions& options_given, const Clock& clock_given, const Pause& pause_given)
      : options(options_given),
        clock(clock_given),
        pause(pause_given),
        budget(options.shared, options.shared_name, options.limits),
        requests(static_cast<double>(options.limits.requests_per_minute), request_burst_s),
        tokens(static_cast<double>(options.limits.tokens_per_minute), token_burst_s),
        filled(clock.steady()) {}

  struct Waiter {
    double tokens = 0;
    std::stop_source wake{};
    bool may_go = false;
  };
  using Wakes = std::vector<std::stop_source>;

  void fill() {
    auto now = clock.steady();
    requests.fill(now - filled);
    tokens.fill(now - filled);
    filled = now;
  }
  // How long until a call may go; nothing while that depends on others that run.
  std::optional<milliseconds> wait_for(double cost) {
    auto limit = options.limits.concurrency_max;
    if (limit > 0 && running >= limit) return std::nullopt;
    auto now = clock.steady();
    if (now < held_until) return std::chrono::ceil<milliseconds>(held_until - now);
    fill();
    auto wait = std::max(requests.wait_for(1, 0), tokens.wait_for(cost, 0));
    return std::chrono::ceil<milliseconds>(wait);
  }
  void let_go(double cost) {
    requests.take(1);
    tokens.take(cost);
    ++running;
  }
  // Lets go whoever may; answers how long the next one has to wait, nothing when no time helps.
  std::optional<milliseconds> dispatch(Wakes& wakes) {
    while (auto next = queue.front()) {
      auto& waiter = waiters.at(next->ticket);
      auto wait = wait_for(waiter.tokens);
      if (!wait || *wait > milliseconds(0)) return wait;
      let_go(waiter.tokens);
      queue.pop();
      waiter.may_go = true;
      wakes.push_back(waiter.wake);
    }
    return std::nullopt;
  }

  const GateOptions options;
  const Clock& clock;
  const Pause& pause;
  SharedBudget budget;
  mutable std::mutex mutex;
  Allowance requests;
  Allowance tokens;
  std::chrono::steady_clock::time_point filled;
  std::chrono::steady_clock::time_point held_until = std::chrono::steady_clock::time_point::min();
  std::int64_t running = 0;
  FairQueue queue;
  std::unordered_map<Ticket, Waiter> waiters;
  Ticket last = 0;
  bool is_timed = false;  // a timer is running that dispatches
  bool is_closed = false;
};

namespace {

Error refused_for(std::chrono::nanoseconds time) {
  auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return {.code = ErrorCode::rate_limited,
          .message = "The model provider counts too many calls",
          .retry_after_s = static_cast<int>(std::max<std::int64_t>(seconds, 1))};
}

void wake_all(const Gate::State::Wakes& wakes) {
  for (const auto& wake : wakes) wake.request_stop();
}

// Dispatches until time no longer helps.
Task<> run_timer(std::shared_ptr<Gate::State> state) {
  for (;;) {
    Gate::State::Wakes wakes;
    std::optional<milliseconds> wait;
    {
      std::lock_guard lock(state->mutex);
      if (!state->is_closed) wait = state->dispatch(wakes);
      state->is_timed = wait.has_value();
    }
    wake_all(wakes);
    if (!wait) co_return;
    auto pausing = state->pause({}, std::clamp(*wait, wait_least, wait_most));
    auto waited = co_await std::move(pausing);
  }
}

// Dispatches now, and later as long as somebody waits for time to pass.
void dispatch(const std::shared_ptr<Gate::State>& state) {
  Gate::State::Wakes wakes;
  bool needs_timer = false;
  {
    std::lock_guard lock(state->mutex);
    if (state->is_closed) return;
    auto wait = state->dispatch(wakes);
    needs_timer = wait && !state->is_timed;
    if (needs_timer) state->is_timed = true;
  }
  wake_all(wakes);
  if (needs_timer) start(run_timer(state), [](std::exception_ptr) {});
}

using Taking = std::function<Task<Result<milliseconds>>()>;

// Takes from what all processes have, or waits until it can; nobody of this process goes meanwhile.
// When it cannot be asked the limits of this process have to do.
Task<Result<void>> take_shared(CallContext context, std::shared_ptr<Gate::State> state, Taking take,
                               std::chrono::steady_clock::time_point until) {
  for (;;) {
    auto taking = take();
    auto wait = co_await std::move(taking);
    CO_TRY_VOID(context.check());
    if (!wait) {
      log::failure("The limits of a model's key are not shared", context, wait.error());
      co_return Result<void>();
    }
    if (*wait <= milliseconds(0)) co_return Result<void>();
    auto now = state->clock.steady();
    if (now + *wait > until) co_return fail(refused_for(*wait));
    {
      std::lock_guard lock(state->mutex);
      state->held_until = std::max(state->held_until, now + *wait);
    }
    CO_TRY_VOID(co_await state->pause(context, *wait));
  }
}

// A call's place in the queue, given up with this object.
class Place {
 public:
  Place(std::shared_ptr<Gate::State> state, TenantId tenant)
      : state_(std::move(state)), tenant_(tenant) {}
  ~Place() {
    if (leave()) Gate::Pass(state_, 0);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // Whether the call may go at once; else it has a ticket. Refused when nobody goes for longer than
  // it would wait.
  Result<bool> join(double tokens, double weight, milliseconds time_max) {
    std::lock_guard lock(state_->mutex);
    auto now = state_->clock.steady();
    bool is_held = state_->held_until > now;
    if (is_held && state_->held_until - now > time_max)
      return fail(refused_for(state_->held_until - now));
    auto wait = state_->wait_for(tokens);
    bool is_free = state_->queue.size() == 0 && wait && *wait <= milliseconds(0);
    if (is_free) {
      state_->let_go(tokens);
      return true;
    }
    bool is_full = state_->queue.size() >= state_->options.waiting_max ||
                   state_->queue.size_of(tenant_) >= state_->options.waiting_per_tenant_max;
    if (is_full)
      return fail(Error{.code = ErrorCode::rate_limited,
                        .message = "Too many calls wait for the language model",
                        .retry_after_s = 1});
    ticket_ = ++state_->last;
    // Where tokens are what is scarce, they are what is shared.
    double cost = state_->options.limits.tokens_per_minute > 0 ? std::max(tokens, 1.0) : 1;
    state_->queue.push({.tenant = tenant_, .ticket = ticket_, .cost = cost}, weight);
    auto& waiter = state_->waiters[ticket_];
    waiter.tokens = tokens;
    wake_ = waiter.wake;
    return false;
  }
  // Whether its turn has come.
  bool leave() {
    if (ticket_ == 0) return false;
    std::lock_guard lock(state_->mutex);
    bool may_go = state_->waiters.at(ticket_).may_go;
    if (!may_go) state_->queue.erase(tenant_, ticket_);
    state_->waiters.erase(ticket_);
    ticket_ = 0;
    return may_go;
  }
  [[nodiscard]] std::stop_source wake() const { return wake_; }

 private:
  std::shared_ptr<Gate::State> state_;
  TenantId tenant_;
  Ticket ticket_ = 0;
  std::stop_source wake_{std::nostopstate};
};

}  // namespace

Gate::Pass::~Pass() {
  if (state_ == nullptr) return;
  {
    std::lock_guard lock(state_->mutex);
    --state_->running;
  }
  dispatch(state_);
}

void Gate::Pass::correct(double tokens_used) {
  {
    std::lock_guard lock(state_->mutex);
    state_->fill();
    auto more = tokens_used - std::exchange(tokens_, tokens_used);
    state_->tokens.take(more);
    state_->budget.correct(more);
    state_->fill();
  }
  dispatch(state_);
}

Gate::Gate(const GateOptions& options, const Clock& clock, const Pause& pause)
    : state_(std::make_shared<State>(options, clock, pause)) {}

Gate::~Gate() {
  std::lock_guard lock(state_->mutex);
  state_->is_closed = true;
}

Task<Result<Gate::Pass>> Gate::enter(CallContext context, double tokens, double weight) {
  CO_TRY_VOID(context.check());
  auto left = context.deadline - std::chrono::steady_clock::now();
  auto time =
      std::min(state_->options.queue_timeout, std::chrono::ceil<milliseconds>(std::max(left, {})));
  auto until = state_->clock.steady() + time;
  auto state = state_;
  auto passing = enter_here(context, {.tokens = tokens, .weight = weight, .time_max = time});
  CO_TRY(auto pass, co_await std::move(passing));
  if (!state->budget.is_shared()) co_return pass;
  auto& budget = state->budget;
  auto counting = take_shared(
      context, state, [&budget, context] { return budget.take_request(context); }, until);
  CO_TRY_VOID(co_await std::move(counting));
  auto taking = take_shared(
      context, state, [&budget, context, tokens] { return budget.take_tokens(context, tokens); },
      until);
  CO_TRY_VOID(co_await std::move(taking));
  co_return pass;
}

Task<Result<Gate::Pass>> Gate::enter_here(CallContext context, Entry entry) {
  auto state = state_;
  Place place(state, context.tenant);
  CO_TRY(bool may_go, place.join(entry.tokens, entry.weight, entry.time_max));
  if (may_go) co_return Pass(state, entry.tokens);
  dispatch(state);

  // The turn ends the pause like a cancellation.
  auto wake = place.wake();
  std::stop_callback on_cancel(context.cancellation, [wake]() mutable { wake.request_stop(); });
  auto waiting = context;
  waiting.cancellation = wake.get_token();
  auto pausing = state->pause(waiting, entry.time_max);
  auto waited = co_await std::move(pausing);
  bool is_turn = place.leave();
  if (is_turn) {
    Pass pass(state, entry.tokens);
    CO_TRY_VOID(context.check());
    co_return pass;
  }
  // Who stood behind may be cheaper.
  dispatch(state);
  CO_TRY_VOID(context.check());
  co_return fail(Error{.code = ErrorCode::rate_limited,
                       .message = "The language model had no room in time",
                       .retry_after_s = 5});
}

void Gate::hold(milliseconds time) {
  std::lock_guard lock(state_->mutex);
  state_->held_until = std::max(state_->held_until, state_->clock.steady() + time);
}

void Gate::describe(LaneState& state) const {
  std::lock_guard lock(state_->mutex);
  state_->fill();
  state.waiting = static_cast<std::int64_t>(state_->queue.size());
  state.running = state_->running;
  const auto& limits = state_->options.limits;
  state.has_request_limit = limits.requests_per_minute > 0;
  state.has_token_limit = limits.tokens_per_minute > 0;
  if (state.has_request_limit)
    state.requests_left = static_cast<std::int64_t>(state_->requests.level());
  if (state.has_token_limit) state.tokens_left = static_cast<std::int64_t>(state_->tokens.level());
}

}  // namespace aiva::models
