#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capabilities/functions/functions.h"
#include "capabilities/functions/internal/address_rules.h"
#include "capabilities/functions/internal/call_log.h"
#include "capabilities/functions/internal/function_runner.h"
#include "capabilities/functions/internal/toolbox.h"

namespace aiva::functions {

// Calls what agents' models may call, and jobs of asynchronous functions.
class ToolDesk final : public AgentTools {
 public:
  // The parts are borrowed.
  ToolDesk(const FunctionParts& parts, const FunctionRules& rules);

  Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext context, AgentId agent) override;
  Task<Result<ToolOutcome>> call(CallContext context, ToolUse use) override;

  // Calls a function that is at hand, at once.
  Task<Result<ToolOutcome>> call_now(CallContext context,
                                     std::shared_ptr<const CompiledFunction> function, ToolUse use);
  Task<Result<JobOutcome>> run(CallContext context, Job job);
  // Asks a server for its tools. Fails as ToolServers does.
  Task<Result<std::vector<RemoteTool>>> list_tools(CallContext context,
                                                   std::shared_ptr<const CompiledServer> server);

  [[nodiscard]] const AddressRules& rules() const { return rules_; }
  void forget(TenantId tenant, AgentId agent) { toolboxes_.forget(tenant, agent); }

 private:
  Task<Result<ToolOutcome>> call_known(CallContext context, ToolUse use);
  Task<Result<ToolOutcome>> call_server(CallContext context, ServerTool tool, ToolUse use);
  Task<Result<ToolOutcome>> settle(CallContext context, ToolUse use, FunctionCall entry,
                                   Result<RunReport> report);
  Task<Result<ToolOutcome>> refuse(CallContext context, ToolUse use, std::string sentence);
  Task<Result<ToolOutcome>> enqueue(CallContext context,
                                    std::shared_ptr<const CompiledFunction> function, ToolUse use);

  const FunctionParts& parts_;
  AddressRules rules_;
  FunctionRunner runner_;
  CallLog log_;
  Toolboxes toolboxes_;
  Counter& pending_;
};

}  // namespace aiva::functions
