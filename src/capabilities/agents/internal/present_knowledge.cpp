#include "capabilities/agents/internal/present_knowledge.h"

namespace aiva::agents {

Result<void> keep_present(SqlSession& sql, TenantId tenant, AgentSettings& settings) {
  auto& bases = settings.knowledge_bases;
  if (bases.empty()) return {};
  TRY(bases, knowledge::present_bases(sql, tenant, bases));
  return {};
}

Result<void> check_any_present(SqlSession& sql, TenantId tenant, AgentSettings settings) {
  if (settings.knowledge_bases.empty()) return {};
  TRY_VOID(keep_present(sql, tenant, settings));
  if (!settings.knowledge_bases.empty()) return {};
  return fail(invalid_field("kb_ids", "names knowledge bases that were all deleted"));
}

}  // namespace aiva::agents
