#pragma once

#include <memory>
#include <string>

#include "capabilities/functions/functions.h"
#include "capabilities/functions/internal/call_result.h"
#include "capabilities/functions/internal/compiled_function.h"
#include "capabilities/functions/internal/patient_sender.h"
#include "capabilities/functions/internal/toolbox.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::functions {

// What a call came to, for the model and for the log.
struct RunReport {
  CallResult result{};
  int http_status = 0;
  int attempts = 0;
  double time_ms = 0;
};

// Calls configured functions and tools of servers. Any thread.
class FunctionRunner {
 public:
  // The parts are borrowed.
  FunctionRunner(const FunctionParts& parts, const FunctionRules& rules);

  // Whatever goes wrong with the function is a report; fails when the call itself is over or the
  // secrets cannot be read.
  Task<Result<RunReport>> run(CallContext context, std::shared_ptr<const CompiledFunction> function,
                              std::string arguments, std::string idempotency_key);
  // The same for a tool; its server checks the arguments.
  Task<Result<RunReport>> run(CallContext context, ServerTool tool, std::string arguments);
  // Where a server is, with its secrets.
  Task<Result<ToolServer>> find_address(CallContext context,
                                        std::shared_ptr<const CompiledServer> server);

 private:
  Task<Result<SecretValues>> open_secrets(CallContext context, const std::set<std::string>& names);
  Task<void> notice_changes(CallContext context, ServerTool tool, ToolServer address);

  const FunctionParts& parts_;
  PatientSender sender_;
  Counter& retries_;
};

}  // namespace aiva::functions
