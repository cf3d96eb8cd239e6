#include "capabilities/commerce/internal/flights.h"

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace aiva::commerce {
namespace {

constexpr std::chrono::minutes work_time_max{30};

// Whatever happens to the work, those who wait for it hear of it.
Task<Result<void>> guarded(Task<Result<void>> work) {
  std::optional<Result<void>> outcome;
  try {
    outcome.emplace(co_await std::move(work));
  } catch (const std::exception& exception) {
    outcome.emplace(fail(internal_error(exception.what())));
  } catch (...) {
    outcome.emplace(fail(internal_error("an unknown exception")));
  }
  co_return std::move(*outcome);
}

}  // namespace

Task<Result<void>> Flights::fly(CallContext context, KnowledgeBaseId base, Work work) {
  std::shared_ptr<Flight> flight;
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    auto [entry, is_new] = flights_.try_emplace(base);
    if (is_new) entry->second = std::make_shared<Flight>();
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
  auto working = guarded(work(patient));
  auto outcome = co_await std::move(working);
  {
    std::lock_guard lock(mutex_);
    flights_.erase(base);
  }
  flight->land(outcome);
  co_return outcome;
}

}  // namespace aiva::commerce
