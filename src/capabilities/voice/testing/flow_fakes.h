#pragma once

#include <coroutine>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/functions/agent_tools.h"
#include "capabilities/voice/flows.h"

namespace aiva::voice {

// Flows of one agent in memory, and every state that was kept of them; only what calls use of it.
class MemoryFlows final : public Flows {
 public:
  std::vector<Flow> flows{};
  std::vector<FlowSession> saved{};
  std::optional<FlowSession> under_way{};
  std::optional<Error> failure{};
  // While it is set, saving takes until finish_saving().
  bool is_slow = false;

  void finish_saving() {
    is_slow = false;
    for (auto handle : std::exchange(waiting_, {})) handle.resume();
  }

  Task<Result<std::vector<Flow>>> list(CallContext, AgentId) override {
    if (failure) co_return std::unexpected(*failure);
    co_return flows;
  }
  Task<Result<FlowSession>> save_session(CallContext, FlowSession session) override {
    if (is_slow) co_await Wait{waiting_};
    saved.push_back(session);
    co_return session;
  }
  Task<Result<FlowSession>> session(CallContext, std::string) override {
    if (!under_way) co_return fail(ErrorCode::not_found, "No such session of a flow");
    co_return *under_way;
  }

  Task<Result<Flow>> create(CallContext, identity::Caller, Flow) override { return none(); }
  Task<Result<Flow>> get(CallContext, AgentId, FlowId) override { return none(); }
  Task<Result<Flow>> change(CallContext, identity::Caller, AgentId, FlowId, Change) override {
    return none();
  }
  Task<Result<void>> remove(CallContext, identity::Caller, AgentId, FlowId) override {
    co_return fail(ErrorCode::internal, "Calls do not use this");
  }
  Task<Result<std::int64_t>> forget_old_sessions(CallContext) override { co_return 0; }

 private:
  struct Wait {
    std::vector<std::coroutine_handle<>>& waiting;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) { waiting.push_back(handle); }
    void await_resume() {}
  };
  static Task<Result<Flow>> none() { co_return fail(ErrorCode::internal, "Calls do not use this"); }

  std::vector<std::coroutine_handle<>> waiting_{};
};

// Functions that answer when a test says so.
class HeldFunctions final : public functions::AgentTools {
 public:
  std::vector<std::string> called{};  // name and arguments
  std::vector<MessageId> turns{};
  std::vector<ToolDefinition> definitions{};

  void answer(std::string result, bool is_error = false) {
    outcome_ = functions::ToolOutcome{.result = std::move(result), .is_error = is_error};
    std::exchange(waiting_, {}).resume();
  }
  [[nodiscard]] bool is_waiting() const { return static_cast<bool>(waiting_); }

  Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext, AgentId) override {
    co_return definitions;
  }
  Task<Result<functions::ToolOutcome>> call(CallContext context, functions::ToolUse use) override {
    called.push_back(use.call.name + " " + use.call.arguments);
    turns.push_back(use.message);
    std::stop_callback on_stop(context.cancellation, [this] {
      if (waiting_) std::exchange(waiting_, {}).resume();
    });
    co_await Wait{waiting_};
    CO_TRY_VOID(context.check());
    co_return outcome_;
  }

 private:
  struct Wait {
    std::coroutine_handle<>& waiting;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) { waiting = handle; }
    void await_resume() {}
  };

  functions::ToolOutcome outcome_{};
  std::coroutine_handle<> waiting_{};
};

}  // namespace aiva::voice
