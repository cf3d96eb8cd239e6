#include "faces/worker/internal/chore_runner.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::worker {
namespace {

using std::chrono::milliseconds;

constexpr int prolongations_per_lease = 3;
// How soon a process notices that a turn is free, besides its own time for it.
constexpr milliseconds look_again{10'000};
constexpr milliseconds first_pause{5'000};
constexpr milliseconds pause_max{600'000};

bool has_gone_wrong(const std::exception_ptr& exception,
                    const std::optional<Result<void>>& outcome) {
  return exception || (!*outcome && outcome->error().code != ErrorCode::cancelled);
}

void log_end(const std::string& name, const CallContext& context, std::exception_ptr exception,
             const std::optional<Result<void>>& outcome) {
  if (exception)
    log::error("A chore failed unexpectedly", {{"chore", name}});
  else if (!*outcome && outcome->error().code != ErrorCode::cancelled)
    log::failure("A chore failed: " + name, context, outcome->error());
}

}  // namespace

ChoreRunner::ChoreRunner(std::vector<Chore> chores, ChoreParts parts)
    : parts_(std::move(parts)), shared_(std::make_shared<Shared>()) {
  for (auto& chore : chores) shared_->states.push_back({.chore = std::move(chore)});
}

void ChoreRunner::run_on(ThreadPool& pool, std::function<void()> on_end) {
  pool_ = &pool;
  shared_->on_end = std::move(on_end);
}

std::size_t ChoreRunner::running() const {
  std::lock_guard lock(shared_->mutex);
  return static_cast<std::size_t>(std::ranges::count_if(
      shared_->states, [](const State& state) { return state.is_running || state.has_ended; }));
}

void ChoreRunner::start_due() {
  auto now = parts_.clock.steady();
  for (auto& state : shared_->states) {
    {
      std::lock_guard lock(shared_->mutex);
      if (state.is_running || state.has_ended || state.due > now) continue;
    }
    if (!take_turn(state)) {
      state.due = now + std::min(state.chore.every, look_again);
      continue;
    }
    state.due = now + state.chore.every;
    start(state);
  }
}

bool ChoreRunner::take_turn(State& state) {
  if (parts_.leases == nullptr || state.chore.scope == ChoreScope::process) return true;
  auto now = parts_.clock.steady();
  if (now < rows_asked_from_) return false;
  auto taken = sync_wait(parts_.leases->take({}, state.chore.name, parts_.holder, parts_.lease));
  if (!taken) {
    log::failure("The turn of a chore could not be taken: " + state.chore.name, {}, taken.error());
    rows_asked_from_ = now + look_again;
    return false;
  }
  if (!*taken) return false;
  state.turn = std::move(**taken);
  state.prolong_due = now + parts_.lease / prolongations_per_lease;
  state.turn_ends = now + parts_.lease;
  return true;
}

void ChoreRunner::start(State& state) {
  state.stop = std::stop_source();
  CallContext context;
  random_bytes(context.trace.trace_id);
  context.cancellation = state.stop.get_token();
  context.home = pool_;
  {
    std::lock_guard lock(shared_->mutex);
    state.is_running = true;
  }
  pool_->post([&state, context, shared = shared_] {
    aiva::start(state.chore.run(context),
                [&state, context, shared](std::exception_ptr exception,
                                          std::optional<Result<void>> outcome) {
                  log_end(state.chore.name, context, exception, outcome);
                  {
                    std::lock_guard lock(shared->mutex);
                    state.has_failed = has_gone_wrong(exception, outcome);
                    state.failures = state.has_failed ? state.failures + 1 : 0;
                    state.is_running = false;
                    state.has_ended = state.turn.has_value();
                  }
                  shared->on_end();
                });
  });
}

void ChoreRunner::keep() {
  auto now = parts_.clock.steady();
  for (auto& state : shared_->states) {
    bool is_running = false;
    bool has_ended = false;
    auto until_next = state.chore.every;
    {
      std::lock_guard lock(shared_->mutex);
      is_running = state.is_running;
      has_ended = state.has_ended;
      if (std::exchange(state.has_failed, false)) {
        until_next = pause_after(state.failures, state.chore.every);
        state.due = now + until_next;
      }
    }
    if (has_ended) write_end(state, until_next);
    if (is_running && state.turn && state.prolong_due <= now) prolong(state);
  }
}

// By chance up to half shorter, so that what failed together is not tried again together.
milliseconds ChoreRunner::pause_after(int failures, milliseconds every) {
  constexpr int doublings_max = 10;
  auto pause = first_pause * (1 << std::min(failures - 1, doublings_max));
  pause = std::min({pause, pause_max, every});
  std::uniform_int_distribution<milliseconds::rep> shorter(0, pause.count() / 2);
  return pause - milliseconds(shorter(random_));
}

void ChoreRunner::write_end(State& state, milliseconds until_next) {
  if (state.stop.stop_requested()) until_next = milliseconds(0);
  auto finished = sync_wait(parts_.leases->finish({}, *state.turn, until_next));
  // Where it cannot be written the turn ends with its lease, and the chore is done again.
  if (!finished && finished.error().code != ErrorCode::conflict)
    log::failure("The end of a chore could not be written: " + state.chore.name, {},
                 finished.error());
  std::lock_guard lock(shared_->mutex);
  state.turn.reset();
  state.has_ended = false;
}

void ChoreRunner::prolong(State& state) {
  auto now = parts_.clock.steady();
  state.prolong_due = now + parts_.lease / prolongations_per_lease;
  auto kept = sync_wait(parts_.leases->prolong({}, *state.turn, parts_.lease));
  if (kept) {
    state.turn_ends = now + parts_.lease;
    return;
  }
  log::failure("The turn of a chore could not be kept: " + state.chore.name, {}, kept.error());
  bool is_lost = kept.error().code == ErrorCode::conflict || now >= state.turn_ends;
  if (is_lost) state.stop.request_stop();
}

void ChoreRunner::stop() {
  if (std::exchange(is_stopping_, true)) return;
  for (auto& state : shared_->states) state.stop.request_stop();
}

}  // namespace aiva::worker
