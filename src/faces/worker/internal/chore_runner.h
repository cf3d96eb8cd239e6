#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "faces/worker/worker.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/schedule_leases.h"

namespace aiva::worker {

// What chores need besides themselves; everything is borrowed, `leases` may be null: then this
// process is alone.
struct ChoreParts {
  const Clock& clock;
  ScheduleLeases* leases = nullptr;
  std::string holder;                 // names this process
  std::chrono::milliseconds lease{};  // of a chore that is one process's
};

// Runs the chores of a worker when they are due. All but the ends of chores is for one thread,
// which may wait for the rows.
class ChoreRunner {
 public:
  ChoreRunner(std::vector<Chore> chores, ChoreParts parts);

  // Where chores run, and what is told when one has ended; to be called once, before the rest.
  void run_on(ThreadPool& pool, std::function<void()> on_end);
  // Starts what is due.
  void start_due();
  // Writes down what has ended and keeps the turns of what goes on. What failed is due again after
  // a pause that doubles with each failure and is never longer than its interval. A chore whose
  // turn another process has taken, or may have taken by now, is told to stop.
  void keep();
  // Tells all to stop. What did not come to its end is due again at once.
  void stop();
  [[nodiscard]] std::size_t running() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct State {
    Chore chore;
    SteadyTime due{};
    std::optional<ScheduleTurn> turn{};  // while it has one
    SteadyTime prolong_due{};
    SteadyTime turn_ends{};  // as far as it is known to be kept
    std::stop_source stop{};
    int failures = 0;         // in a row
    bool has_failed = false;  // while nobody saw it
    bool is_running = false;
    bool has_ended = false;  // while its end is not written down
  };
  // Shared with chores that run: one may end late.
  struct Shared {
    mutable std::mutex mutex;
    std::vector<State> states;
    std::function<void()> on_end;
  };

  bool take_turn(State& state);
  void start(State& state);
  void write_end(State& state, std::chrono::milliseconds until_next);
  // Until a chore that failed is tried again.
  std::chrono::milliseconds pause_after(int failures, std::chrono::milliseconds every);
  void prolong(State& state);

  ChoreParts parts_;
  std::shared_ptr<Shared> shared_;
  ThreadPool* pool_ = nullptr;
  SteadyTime rows_asked_from_{};  // after a failure no turns are taken for a while
  bool is_stopping_ = false;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace aiva::worker
