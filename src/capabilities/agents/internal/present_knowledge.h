#pragma once

#include <algorithm>
#include <vector>

#include "capabilities/agents/types.h"
#include "capabilities/knowledge/present_bases.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::agents {

// Leaves out of settings what was deleted since it was named.
Result<void> keep_present(SqlSession& sql, TenantId tenant, AgentSettings& settings);

// A version without any of the knowledge it was made for must not answer.
Result<void> check_any_present(SqlSession& sql, TenantId tenant, AgentSettings settings);

// keep_present for a list of what has settings, by one query.
template <class Entry>
Result<void> keep_present(SqlSession& sql, TenantId tenant, std::vector<Entry>& entries) {
  std::vector<KnowledgeBaseId> named;
  for (const auto& entry : entries) {
    const auto& bases = entry.settings.knowledge_bases;
    named.insert(named.end(), bases.begin(), bases.end());
  }
  if (named.empty()) return {};
  TRY(auto present, knowledge::present_bases(sql, tenant, named));
  for (auto& entry : entries)
    std::erase_if(entry.settings.knowledge_bases, [&present](KnowledgeBaseId base) {
      return std::ranges::find(present, base) == present.end();
    });
  return {};
}

}  // namespace aiva::agents
