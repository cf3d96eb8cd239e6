#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "foundation/call_context.h"
#include "foundation/error.h"
#include "foundation/flight.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// Work by some key that happens once, however many want it at the same time. It must outlive every
// call. Any thread.
template <class Key>
class Flights {
 public:
  using Work = std::function<Task<Result<void>>(CallContext)>;

  // Does the work, or waits for whoever does it already and answers what it answered. The first
  // caller's impatience does not end it, as others may wait, too: the work has its own deadline. An
  // exception of it is an `internal` failure.
  Task<Result<void>> fly(CallContext context, Key key, Work work) {
    std::shared_ptr<Flight> flight;
    bool is_first = false;
    {
      std::lock_guard lock(mutex_);
      auto [entry, is_new] = flights_.try_emplace(key);
      if (entry->second == nullptr) entry->second = std::make_shared<Flight>();
      flight = entry->second;
      is_first = is_new;
    }
    if (!is_first) {
      auto outcome = co_await flight->wait(context.home);
      co_return outcome;
    }
    auto patient = context;
    patient.cancellation = {};
    patient.deadline = std::chrono::steady_clock::now() + work_time_max;
    auto working = guarded(std::move(patient), std::move(work));
    auto outcome = co_await std::move(working);
    {
      std::lock_guard lock(mutex_);
      flights_.erase(key);
    }
    flight->land(outcome);
    co_return outcome;
  }

  // Whether somebody does the work now.
  [[nodiscard]] bool has(const Key& key) const {
    std::lock_guard lock(mutex_);
    return flights_.contains(key);
  }

 private:
  static constexpr std::chrono::minutes work_time_max{30};

  // Whatever happens to the work, those who wait for it hear of it.
  static Task<Result<void>> guarded(CallContext context, Work work) {
    std::optional<Result<void>> outcome;
    try {
      auto working = work(std::move(context));
      outcome.emplace(co_await std::move(working));
    } catch (const std::exception& exception) {
      outcome.emplace(fail(internal_error(exception.what())));
    } catch (...) {
      outcome.emplace(fail(internal_error("an unknown exception")));
    }
    co_return std::move(*outcome);
  }

  mutable std::mutex mutex_;  // never held while waiting
  std::unordered_map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace aiva
