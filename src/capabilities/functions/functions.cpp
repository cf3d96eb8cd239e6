#include "capabilities/functions/functions.h"

#include <utility>

#include "capabilities/functions/internal/agent_rows.h"
#include "capabilities/functions/internal/calls_table.h"
#include "capabilities/functions/internal/functions_table.h"
#include "capabilities/functions/internal/mcp_servers_table.h"
#include "capabilities/functions/internal/row_mcp_servers.h"
#include "capabilities/functions/internal/tool_desk.h"
#include "foundation/log.h"

namespace aiva::functions {
namespace {

constexpr std::int64_t functions_max = 64;
constexpr std::int64_t removed_per_transaction = 500;
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

class RowFunctions final : public Functions {
 public:
  RowFunctions(FunctionParts parts, const FunctionRules& rules)
      : parts_(std::move(parts)), desk_(parts_, rules), servers_(make_mcp_servers(parts_, desk_)) {}

  Task<Result<Function>> create(CallContext context, identity::Caller caller, AgentId agent,
                                FunctionSettings settings) override;
  Task<Result<Function>> get(CallContext context, AgentId agent, FunctionId id) override;
  Task<Result<std::vector<Function>>> list(CallContext context, AgentId agent) override;
  Task<Result<Function>> change(CallContext context, identity::Caller caller, AgentId agent,
                                FunctionId id, Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                            FunctionId id) override;
  Task<Result<ToolOutcome>> try_out(CallContext context, AgentId agent, FunctionId id,
                                    std::string arguments) override;
  Task<Result<ToolOutcome>> execute(CallContext context, AgentId agent, ToolCall call) override;
  Task<Result<CallPage>> calls(CallContext context, AgentId agent, CallFilter filter) override;
  Task<Result<std::int64_t>> remove_old_calls(CallContext context, std::chrono::days age) override;
  AgentTools& tools() override { return desk_; }
  McpServers& mcp_servers() override { return *servers_; }
  Task<Result<JobOutcome>> run(CallContext context, Job job) override {
    return desk_.run(std::move(context), std::move(job));
  }

 private:
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                     const Function& function) {
    json::Object details{{"agent_id", function.agent.to_string()},
                         {"name", function.settings.name},
                         {"api_endpoint", function.settings.api_endpoint}};
    return parts_.audit_log.append(sql, caller,
                                   {.tenant = function.tenant,
                                    .action = std::move(action),
                                    .resource_type = "function",
                                    .resource_id = function.id.to_string(),
                                    .details = json::to_text(details)});
  }

  FunctionParts parts_;
  AgentRows rows_{parts_};
  ToolDesk desk_;
  std::unique_ptr<McpServers> servers_;
};

Task<Result<Function>> RowFunctions::create(CallContext context, identity::Caller caller,
                                            AgentId agent, FunctionSettings settings) {
  Function function{.id = FunctionId::make(),
                    .tenant = context.tenant,
                    .agent = agent,
                    .settings = std::move(settings),
                    .created_at = parts_.clock.unix_ms()};
  function.updated_at = function.created_at;
  auto insert = [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CompiledFunction::compile(function, desk_.rules()));
    FunctionsTable table(sql);
    TRY(auto count, table.count(context.tenant, agent));
    if (count >= functions_max)
      return fail(ErrorCode::quota_exceeded, "An agent may have at most 64 functions");
    TRY_VOID(table.insert(function));
    TRY_VOID(audit(sql, caller, "function.created", function));
    return table.raise_tools_version(agent);
  };
  auto writing = rows_.write(context, agent, insert);
  CO_TRY_VOID(co_await std::move(writing));
  desk_.forget(context.tenant, agent);
  co_return function;
}

Task<Result<Function>> RowFunctions::get(CallContext context, AgentId agent, FunctionId id) {
  auto reading = rows_.read(context, agent, [&](SqlSession& sql) {
    return FunctionsTable(sql).get(context.tenant, agent, id);
  });
  auto function = co_await std::move(reading);
  co_return function;
}

Task<Result<std::vector<Function>>> RowFunctions::list(CallContext context, AgentId agent) {
  auto reading = rows_.read(context, agent, [&](SqlSession& sql) {
    return FunctionsTable(sql).list(context.tenant, agent, false);
  });
  auto functions = co_await std::move(reading);
  co_return functions;
}

Task<Result<Function>> RowFunctions::change(CallContext context, identity::Caller caller,
                                            AgentId agent, FunctionId id, Change change) {
  auto update = [&](SqlSession& sql) -> Result<Function> {
    FunctionsTable table(sql);
    TRY(auto function, table.get(context.tenant, agent, id));
    TRY_VOID(change(function.settings));
    TRY_VOID(CompiledFunction::compile(function, desk_.rules()));
    function.updated_at = parts_.clock.unix_ms();
    TRY_VOID(table.update(function));
    TRY_VOID(audit(sql, caller, "function.updated", function));
    TRY_VOID(table.raise_tools_version(agent));
    return function;
  };
  auto writing = rows_.write(context, agent, update);
  CO_TRY(auto function, co_await std::move(writing));
  desk_.forget(context.tenant, agent);
  co_return function;
}

Task<Result<void>> RowFunctions::remove(CallContext context, identity::Caller caller, AgentId agent,
                                        FunctionId id) {
  auto erase = [&](SqlSession& sql) -> Result<void> {
    FunctionsTable table(sql);
    TRY(auto function, table.get(context.tenant, agent, id));
    TRY_VOID(table.remove(context.tenant, agent, id));
    TRY_VOID(audit(sql, caller, "function.deleted", function));
    return table.raise_tools_version(agent);
  };
  auto writing = rows_.write(context, agent, erase);
  CO_TRY_VOID(co_await std::move(writing));
  desk_.forget(context.tenant, agent);
  co_return Result<void>{};
}

Task<Result<ToolOutcome>> RowFunctions::try_out(CallContext context, AgentId agent, FunctionId id,
                                                std::string arguments) {
  auto getting = get(context, agent, id);
  CO_TRY(auto function, co_await std::move(getting));
  ToolUse use{
      .agent = agent,
      .call = {.id = {}, .name = function.settings.name, .arguments = std::move(arguments)}};
  CO_TRY(auto compiled, CompiledFunction::compile(std::move(function), desk_.rules()));
  auto calling = desk_.call_now(context, std::move(compiled), std::move(use));
  auto outcome = co_await std::move(calling);
  co_return outcome;
}

Task<Result<ToolOutcome>> RowFunctions::execute(CallContext context, AgentId agent, ToolCall call) {
  auto checking = parts_.check_agent(context, agent);
  CO_TRY_VOID(co_await std::move(checking));
  auto calling = desk_.call(context, {.agent = agent, .call = std::move(call)});
  auto outcome = co_await std::move(calling);
  co_return outcome;
}

Task<Result<CallPage>> RowFunctions::calls(CallContext context, AgentId agent, CallFilter filter) {
  auto reading = rows_.read(context, agent, [&](SqlSession& sql) {
    return CallsTable(sql).page(context.tenant, agent, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<std::int64_t>> RowFunctions::remove_old_calls(CallContext context,
                                                          std::chrono::days age) {
  auto than = parts_.clock.unix_ms() - std::int64_t{age.count()} * day_ms;
  std::int64_t count = 0;
  for (;;) {
    CO_TRY_VOID(context.check());
    auto removing = write(parts_.database, context, [than](SqlSession& sql) {
      return CallsTable(sql).remove_older(than, removed_per_transaction);
    });
    CO_TRY(auto removed, co_await std::move(removing));
    count += removed;
    if (removed < removed_per_transaction) break;
  }
  if (count > 0) log::info("Old calls of functions were removed", {{"calls", count}});
  co_return count;
}

}  // namespace

Result<void> remove_functions_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  FunctionsTable table(sql);
  TRY_VOID(table.remove_all(tenant, agent));
  TRY_VOID(McpServersTable(sql).remove_all(tenant, agent));
  return table.raise_tools_version(agent);
}

std::unique_ptr<Functions> make_functions(FunctionParts parts, FunctionRules rules) {
  return std::make_unique<RowFunctions>(std::move(parts), rules);
}

}  // namespace aiva::functions
