#include "capabilities/functions/internal/toolbox.h"

#include <utility>

#include "capabilities/functions/internal/functions_table.h"
#include "foundation/log.h"

namespace aiva::functions {
namespace {

constexpr std::chrono::seconds current_for{1};

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

Result<ToolboxPointer> Toolboxes::load(SqlSession& sql, TenantId tenant, AgentId agent) const {
  auto toolbox = std::make_shared<Toolbox>();
  FunctionsTable table(sql);
  TRY(toolbox->version, table.tools_version(agent));
  TRY(auto functions, table.list(tenant, agent, true));
  for (auto& function : functions) {
    auto name = function.settings.name;
    auto compiled = CompiledFunction::compile(std::move(function), rules_);
    if (!compiled) {
      // The operator's rules have changed since it was made.
      log::warn("A function cannot be offered", {{"function", name}});
      continue;
    }
    const auto& settings = (*compiled)->settings();
    toolbox->definitions.push_back(
        {.name = name, .description = settings.description, .parameters = settings.parameters});
    toolbox->functions.emplace(std::move(name), std::move(*compiled));
  }
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
