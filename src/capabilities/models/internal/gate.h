#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "capabilities/models/types.h"
#include "foundation/call_context.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/shared_allowance.h"

namespace aiva::models {

struct GateOptions {
  KeyLimits limits{};
  std::chrono::milliseconds queue_timeout{30000};
  std::size_t waiting_max = 10000;
  std::size_t waiting_per_tenant_max = 1000;
  SharedAllowances* shared = nullptr;  // with other processes; null: this one is alone
  std::string shared_name{};           // of the key there
};

// Lets calls with one key through as its limits allow; tenants take turns. Where processes share
// allowances all of them together keep to the limits of requests and tokens, or each by itself
// while the shared ones cannot be asked. Any thread.
class Gate {
 public:
  struct State;

  // The right to call, given back with this object.
  class Pass {
   public:
    Pass(std::shared_ptr<State> state, double tokens) : state_(std::move(state)), tokens_(tokens) {}
    Pass(Pass&&) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass();
    // The call took another number of tokens than was thought.
    void correct(double tokens_used);

   private:
    std::shared_ptr<State> state_;  // shared: a call may end after its key was replaced
    double tokens_;
  };

  // `clock` and `pause` must outlive the gate, `pause` every call through it.
  Gate(const GateOptions& options, const Clock& clock, const Pause& pause);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Waits for the turn of a call of `context.tenant` that will take so many tokens. Fails as the
  // context says, and with `rate_limited` when too many wait or the turn does not come in time.
  Task<Result<Pass>> enter(CallContext context, double tokens, double weight);
  // Nobody goes before that time has passed: the server counted too many.
  void hold(std::chrono::milliseconds time);
  // Fills in what waits, runs and is left.
  void describe(LaneState& state) const;

 private:
  struct Entry {
    double tokens = 0;
    double weight = 1;
    std::chrono::milliseconds time_max{};
  };
  Task<Result<Pass>> enter_here(CallContext context, Entry entry);

  std::shared_ptr<State> state_;
};

}  // namespace aiva::models
