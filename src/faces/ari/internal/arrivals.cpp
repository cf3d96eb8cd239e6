#include "faces/ari/internal/arrivals.h"

#include <functional>
#include <stop_token>
#include <utility>
#include <vector>

namespace aiva::ari {

void Arrivals::expect(const std::string& channel) {
  auto expected = std::make_shared<Expected>();
  expected->until = std::chrono::steady_clock::time_point::max();
  expected_[channel] = std::move(expected);
}

bool Arrivals::end(const std::string& channel, Result<Arrival> outcome) {
  auto found = expected_.find(channel);
  if (found == expected_.end() || found->second->outcome) return false;
  auto expected = found->second;
  expected->outcome = std::move(outcome);
  if (expected->handle) expected->handle.resume();
  return true;
}

bool Arrivals::note_there(const std::string& channel) {
  return end(channel, Arrival{.is_there = true});
}

bool Arrivals::note_gone(const std::string& channel, int cause) {
  return end(channel, Arrival{.cause = cause});
}

void Arrivals::expire(std::chrono::steady_clock::time_point now) {
  std::vector<std::string> late;
  for (const auto& [channel, expected] : expected_)
    if (expected->until <= now) late.push_back(channel);
  for (const auto& channel : late) end(channel, fail(ErrorCode::timeout, "It took too long"));
}

void Arrivals::fail_all() {
  std::vector<std::string> all;
  for (const auto& [channel, expected] : expected_) all.push_back(channel);
  for (const auto& channel : all)
    end(channel, fail(ErrorCode::unavailable, "The telephone system is not connected"));
}

Task<Result<Arrival>> Arrivals::wait(std::string channel, CallContext context) {
  auto found = expected_.find(channel);
  if (found == expected_.end()) co_return fail(internal_error("nobody expects " + channel));
  auto expected = found->second;
  expected->until = context.deadline;
  struct Awaiter {
    Expected& expected;
    bool await_ready() const noexcept { return expected.outcome.has_value(); }
    void await_suspend(std::coroutine_handle<> handle) { expected.handle = handle; }
    void await_resume() const noexcept {}
  };
  std::stop_callback on_stop(context.cancellation,
                             std::function<void()>([this, channel, weak = std::weak_ptr(expected)] {
                               home_.post([this, channel, weak] {
                                 auto still = weak.lock();
                                 if (still && !still->outcome)
                                   end(channel, fail(ErrorCode::cancelled, "It was cancelled"));
                               });
                             }));
  co_await Awaiter{*expected};
  expected_.erase(channel);
  co_return std::move(*expected->outcome);
}

}  // namespace aiva::ari
