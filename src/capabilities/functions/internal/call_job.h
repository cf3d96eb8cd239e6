#pragma once

#include <string>
#include <string_view>

#include "capabilities/functions/functions.h"
#include "foundation/result.h"

namespace aiva::functions {

// What the job of an asynchronous call has to know.
struct CallJob {
  CallId call{};  // in the log
  AgentId agent{};
  std::string function_name{};
  std::string arguments{};
  std::string idempotency_key{};
};

Job make_job(TenantId tenant, const CallJob& call);
// Fails with `internal` when the payload is not one of make_job.
Result<CallJob> read_job(const Job& job);

// The same for each attempt of a call, and another for each call: of the turn's message and the
// model's name of the call; random outside of turns.
std::string make_idempotency_key(const ToolUse& use);

}  // namespace aiva::functions
