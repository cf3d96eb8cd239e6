#include "app/agent_functions.h"

#include <chrono>
#include <string>
#include <utility>

#include "adapters/mcp_client/mcp_client.h"
#include "app/data_folder.h"
#include "app/uncounted.h"
#include "app/version.h"

namespace aiva::app {
namespace {

Task<Result<void>> check_agent(Parts& parts, CallContext context, AgentId agent) {
  auto getting = parts.agents->get(std::move(context), agent);
  CO_TRY([[maybe_unused]] auto found, co_await std::move(getting));
  co_return Result<void>{};
}

}  // namespace

Result<void> build_functions(const Config& config, Parts& parts) {
  parts.tool_servers = make_mcp_client(*parts.http, {.client_version = std::string(version)});
  TRY(auto master_key, load_master_key(config, parts.folder));
  parts.secrets = functions::make_secrets({.database = *parts.database,
                                           .audit_log = parts.identity->audit_log(),
                                           .clock = parts.clock,
                                           .master_key = master_key});
  parts.functions = functions::make_functions(
      {.database = *parts.database,
       .http = *parts.http,
       .jobs = *parts.jobs,
       .tool_servers = *parts.tool_servers,
       .audit_log = parts.identity->audit_log(),
       .clock = parts.clock,
       .metrics = parts.metrics,
       .check_agent = [&parts](CallContext context,
                               AgentId agent) { return check_agent(parts, context, agent); },
       .master_key = std::move(master_key)},
      {.allow_private_hosts = config.functions.allow_private_hosts,
       .private_hosts = config.functions.private_hosts});
  return {};
}

std::vector<worker::Chore> function_chores(const Config& config, Parts& parts) {
  auto& functions = *parts.functions;
  std::vector<worker::Chore> chores{
      {"ask servers for their tools", std::chrono::minutes(1), [&functions](CallContext context) {
         return without_count(functions.mcp_servers().refresh_stale(context));
       }}};
  if (config.functions.call_log_days == 0) return chores;
  std::chrono::days age(config.functions.call_log_days);
  chores.push_back({"remove old calls of functions", std::chrono::hours(1),
                    [&functions, age](CallContext context) {
                      return without_count(functions.remove_old_calls(context, age));
                    }});
  return chores;
}

}  // namespace aiva::app
