#include "capabilities/functions/internal/toolbox.h"

#include <algorithm>
#include <utility>

#include "capabilities/functions/internal/functions_table.h"
#include "capabilities/functions/internal/mcp_servers_table.h"
#include "capabilities/functions/tool_names.h"
#include "foundation/log.h"

namespace aiva::functions {
namespace {

constexpr std::chrono::seconds current_for{1};
// Providers take no more; a model that has to choose among so many chooses badly anyway.
constexpr std::size_t tools_max = 128;

std::string key_of(TenantId tenant, AgentId agent) {
  return tenant.to_string() + agent.to_string();
}

std::chrono::steady_clock::rep now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

bool was_checked_lately(const Toolbox& toolbox) {
  std::chrono::steady_clock::duration age(now() - toolbox.checked_at.load());
  return age < current_for;
}

}  // namespace

void Toolboxes::add_functions(std::vector<Function> functions, Toolbox& toolbox) const {
  for (auto& function : functions) {
    auto name = function.settings.name;
    auto compiled = CompiledFunction::compile(std::move(function), rules_);
    if (!compiled) {
      // The operator's rules have changed since it was made.
      log::warn("A function cannot be offered", {{"function", name}});
      continue;
    }
    const auto& settings = (*compiled)->settings();
    toolbox.definitions.push_back(
        {.name = name, .description = settings.description, .parameters = settings.parameters});
    toolbox.functions.emplace(std::move(name), std::move(*compiled));
  }
}

void Toolboxes::add_servers(const std::vector<McpServer>& servers, Toolbox& toolbox) const {
  auto is_taken = [&toolbox](const std::string& name) {
    return toolbox.functions.contains(name) || toolbox.server_tools.contains(name);
  };
  for (const auto& server : servers) {
    auto compiled = CompiledServer::compile(server, rules_);
    if (!compiled) {
      log::warn("A server of tools cannot be offered", {{"server", server.settings.name}});
      continue;
    }
    for (const auto& tool : server.tools) {
      if (toolbox.definitions.size() == tools_max) return;
      const auto& allowed = server.settings.allowed_tools;
      if (allowed && std::ranges::find(*allowed, tool.name) == allowed->end()) continue;
      auto name = fit_tool_name(server.settings.name, tool.name, is_taken);
      if (is_taken(name)) continue;
      toolbox.definitions.push_back(
          {.name = name,
           .description = mark_description(server.settings.name, tool.description),
           .parameters = tool.input_schema});
      toolbox.server_tools.emplace(std::move(name), ServerTool{*compiled, tool.name});
    }
  }
}

Result<ToolboxPointer> Toolboxes::load(SqlSession& sql, TenantId tenant, AgentId agent) const {
  auto toolbox = std::make_shared<Toolbox>();
  FunctionsTable table(sql);
  TRY(toolbox->version, table.tools_version(agent));
  TRY(auto functions, table.list(tenant, agent, true));
  TRY(auto servers, McpServersTable(sql).list(tenant, agent, true));
  add_functions(std::move(functions), *toolbox);
  add_servers(servers, *toolbox);
  toolbox->checked_at = now();
  return toolbox;
}

Task<Result<bool>> Toolboxes::is_current(CallContext context, AgentId agent,
                                         const Toolbox& toolbox) {
  if (was_checked_lately(toolbox)) co_return true;
  auto reading = read(parts_.database, context, [agent](SqlSession& sql) {
    return FunctionsTable(sql).tools_version(agent);
  });
  CO_TRY(auto version, co_await std::move(reading));
  if (version != toolbox.version) co_return false;
  toolbox.checked_at = now();
  co_return true;
}

Task<Result<ToolboxPointer>> Toolboxes::find(CallContext context, AgentId agent) {
  auto key = key_of(context.tenant, agent);
  if (auto known = toolboxes_.get(key)) {
    auto checking = is_current(context, agent, *known);
    CO_TRY(auto current, co_await std::move(checking));
    if (current) co_return known;
  }
  auto changes = changes_.load();
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return load(sql, context.tenant, agent); });
  CO_TRY(auto toolbox, co_await std::move(reading));
  toolboxes_.put(key, toolbox);
  if (changes_.load() != changes) toolboxes_.erase(key);
  co_return toolbox;
}

void Toolboxes::forget(TenantId tenant, AgentId agent) {
  ++changes_;
  toolboxes_.erase(key_of(tenant, agent));
}

}  // namespace aiva::functions
