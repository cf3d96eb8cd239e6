#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/voice/dialler.h"

namespace aiva::campaigns {

// A telephone system that does with each number what a test says, one thing after the other and the
// last for good: answers what came of it at once, or rings until the test or a cancellation ends
// it.
class ScriptedDialler final : public voice::CallDialler {
 public:
  struct Step {
    Result<voice::DialEnd> end = voice::DialEnd::no_answer;
    bool rings = false;
  };
  static Step rings() { return {.rings = true}; }

  std::map<std::string, std::deque<Step>> script{};  // by number; `rings` without one
  // Called before anything else, on the dialling thread; may be empty.
  std::function<void(const voice::OutboundCall&)> on_dial{};
  bool has_line = true;

  [[nodiscard]] bool is_available() const override { return has_line; }

  Task<Result<voice::DialEnd>> dial(CallContext context, voice::OutboundCall call) override {
    if (on_dial) on_dial(call);
    auto [step, ring] = begin(call);
    if (ring) {
      std::stop_callback on_stop(context.cancellation,
                                 [this, ring] { end(ring, voice::DialEnd::cancelled); });
      co_await Ringing{*this, ring};
      step.end = *ring->end;
    }
    leave(call.destination);
    co_return step.end;
  }

  // Ends what rings there.
  void end(const std::string& number, voice::DialEnd how) {
    std::shared_ptr<Ring> ring;
    {
      std::lock_guard lock(mutex_);
      ring = ringing_.at(number);
    }
    end(ring, how);
  }
  // Waits until so many ring.
  void await_ringing(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ringing_.size() == count; });
  }
  // Everything dialled so far, in order.
  [[nodiscard]] std::vector<voice::OutboundCall> dialled() const {
    std::lock_guard lock(mutex_);
    return dialled_;
  }
  [[nodiscard]] std::vector<std::string> numbers() const {
    std::vector<std::string> numbers;
    for (const auto& call : dialled()) numbers.push_back(call.destination);
    return numbers;
  }
  // The most that were dialled at once, all together and of one number.
  [[nodiscard]] int most_at_once() const { return most_at_once_; }
  [[nodiscard]] int most_of_a_number() const { return most_of_a_number_; }

 private:
  struct Ring {
    std::optional<Result<voice::DialEnd>> end{};
    std::coroutine_handle<> waiting{};
  };
  struct Ringing {
    ScriptedDialler& owner;
    std::shared_ptr<Ring> ring;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
      std::lock_guard lock(owner.mutex_);
      if (ring->end) return false;
      ring->waiting = handle;
      return true;
    }
    void await_resume() const noexcept {}
  };

  std::pair<Step, std::shared_ptr<Ring>> begin(const voice::OutboundCall& call) {
    std::lock_guard lock(mutex_);
    dialled_.push_back(call);
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    most_of_a_number_ = std::max(most_of_a_number_, ++of_number_[call.destination]);
    auto& steps = script[call.destination];
    auto step = steps.empty() ? rings() : steps.front();
    if (steps.size() > 1) steps.pop_front();
    if (!step.rings) return {step, nullptr};
    auto ring = std::make_shared<Ring>();
    ringing_[call.destination] = ring;
    changed_.notify_all();
    return {step, ring};
  }
  void leave(const std::string& number) {
    std::lock_guard lock(mutex_);
    --at_once_;
    --of_number_[number];
    ringing_.erase(number);
    changed_.notify_all();
  }
  void end(const std::shared_ptr<Ring>& ring, voice::DialEnd how) {
    std::coroutine_handle<> waiting;
    {
      std::lock_guard lock(mutex_);
      if (ring->end) return;
      ring->end = how;
      waiting = std::exchange(ring->waiting, {});
    }
    if (waiting) waiting.resume();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<voice::OutboundCall> dialled_{};
  std::map<std::string, std::shared_ptr<Ring>> ringing_{};
  std::map<std::string, int> of_number_{};
  int at_once_ = 0;
  int most_at_once_ = 0;
  int most_of_a_number_ = 0;
};

}  // namespace aiva::campaigns
