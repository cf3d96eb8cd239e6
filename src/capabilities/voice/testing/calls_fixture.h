#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "capabilities/billing/testing/billing_fixture.h"
#include "capabilities/chat/testing/fixed_agents.h"
#include "capabilities/functions/testing/functions_fixture.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/numbers.h"

namespace aiva::voice {

// Calls of one agent over real rows, whose tenant has credits for three minutes and may not owe.
class CallsFixture : public billing::BillingFixture {
 protected:
  static constexpr billing::MicroUsd minute = 24'000;

  void SetUp() override {
    EXPECT_TRUE(sync_wait(enforced->add({}, tenant, 105'000, "")).has_value());
    make(*enforced);
  }
  void make(billing::Billing& credits) {
    log_ = make_call_log(
        {.database = *database, .agents = agents_, .billing = credits, .clock = clock}, prices_);
  }

  [[nodiscard]] CallContext context() const { return {.tenant = tenant}; }
  [[nodiscard]] CallContext other() const { return {.tenant = stranger}; }

  Call announce(std::string session_id = {}) {
    auto call = sync_wait(log_->announce(
        context(), {.agent = agents_.agent.id, .session_id = std::move(session_id)}));
    if (!call) ADD_FAILURE() << call.error().message;
    return call.value_or(Call{});
  }
  Call begun() {
    auto call = announce();
    auto started = sync_wait(log_->begin(context(), call.id, {}));
    if (!started) ADD_FAILURE() << started.error().message;
    return call;
  }
  Result<void> meter(CallId id, std::int64_t elapsed_ms) {
    return sync_wait(log_->meter(context(), id, elapsed_ms));
  }
  Result<Call> finish(CallId id, std::int64_t duration_ms, CallEnd end = CallEnd::caller_hung_up) {
    return sync_wait(log_->finish(context(), id, {.end = end, .duration_ms = duration_ms}));
  }
  Call stored(CallId id) { return sync_wait(log_->call(context(), id)).value_or(Call{}); }
  billing::Balance credits() { return balance(*enforced, tenant); }

  template <class T>
  static std::optional<ErrorCode> failure_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  CallPrices prices_{.per_minute = minute, .least_to_start = minute};
  chat::FixedAgents agents_{tenant};
  functions::ListedAudit audit_;
  std::unique_ptr<CallLog> log_;
};

}  // namespace aiva::voice
