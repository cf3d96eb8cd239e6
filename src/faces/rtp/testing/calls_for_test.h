#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/voice/testing/unsteered_calls.h"
#include "capabilities/voice/voice.h"
#include "ports/bridge_calls.h"

namespace aiva::rtp {

// What happened to a call, as a test waits for it; any thread.
class Happenings {
 public:
  void note(const std::string& what) {
    std::lock_guard lock(mutex_);
    all_.push_back(what);
    changed_.notify_all();
  }
  // Whether it happens within ten seconds; each happening is waited for once.
  bool await(const std::string& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      return std::erase_if(all_, [&](const auto& one) { return one == what; }) > 0;
    });
  }
  std::vector<std::string> rest() {
    std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::vector<std::string> all_{};
};

// Says everything back, frame by frame; hangs up when # is pressed.
class EchoCall final : public voice::LiveCall {
 public:
  EchoCall(std::shared_ptr<voice::Leg> leg, Happenings& happenings, std::string name)
      : leg_(std::move(leg)), happenings_(happenings), name_(std::move(name)) {}

  void hear(std::string_view audio) override {
    if (leg_) leg_->play(audio);
  }
  void digit(char digit) override {
    happenings_.note(name_ + " pressed " + digit);
    if (digit == '#') end(voice::CallEnd::agent_hung_up);
  }
  void ask(std::string) override {}
  void take_turns(bool) override {}
  void commit() override {}
  void clear() override {}
  void cancel() override {}
  void end(voice::CallEnd reason) override {
    if (!leg_) return;
    auto quality = leg_->quality();
    if (quality && quality->loss > 0) happenings_.note(name_ + " lost packets");
    std::exchange(leg_, nullptr)->hang_up(reason, {});
    happenings_.note(name_ + " ended: " + std::string(voice::name_of(reason)));
  }
  [[nodiscard]] bool is_over() const override { return leg_ == nullptr; }

 private:
  std::shared_ptr<voice::Leg> leg_;
  Happenings& happenings_;
  std::string name_;  // its session's id
};

class EchoCalls final : public voice::UnsteeredCalls {
 public:
  explicit EchoCalls(Happenings& happenings) : happenings_(happenings) {}

  Task<Result<std::shared_ptr<voice::LiveCall>>> answer(CallContext context, voice::Call call,
                                                        std::shared_ptr<voice::Leg> leg) override {
    CO_TRY_VOID(context.check());
    if (is_full) co_return fail(ErrorCode::unavailable, "There are too many calls");
    happenings_.note(call.session_id + " began at " + std::to_string(leg->format().rate));
    std::shared_ptr<voice::LiveCall> live =
        std::make_shared<EchoCall>(leg, happenings_, call.session_id);
    co_return live;
  }
  [[nodiscard]] std::vector<voice::ActiveCall> active(const CallContext&) const override {
    return {};
  }
  [[nodiscard]] std::size_t count() const override { return 0; }
  Result<void> hang_up(const CallContext&, voice::CallId) override { return {}; }
  void drain(std::chrono::milliseconds) override {}

  std::atomic<bool> is_full = false;

 private:
  Happenings& happenings_;
};

// The board of a bridge, in memory.
class BoardForTest final : public BridgeCalls {
 public:
  explicit BoardForTest(Happenings& happenings) : happenings_(happenings) {}

  void write(std::uint16_t port, BridgeCall call) {
    std::lock_guard lock(mutex_);
    calls_[port] = std::move(call);
  }
  Task<Result<std::optional<BridgeCall>>> find(CallContext context, std::uint16_t port) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    auto found = calls_.find(port);
    if (found == calls_.end()) co_return std::optional<BridgeCall>();
    co_return std::optional(found->second);
  }
  Task<Result<void>> end(CallContext context, std::uint16_t, End end) override {
    CO_TRY_VOID(context.check());
    happenings_.note(end.session_id + " is told to have ended: " + end.reason);
    co_return Result<void>{};
  }

 private:
  std::mutex mutex_{};
  std::map<std::uint16_t, BridgeCall> calls_{};
  Happenings& happenings_;
};

}  // namespace aiva::rtp
