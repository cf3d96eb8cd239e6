#include "capabilities/knowledge/present_bases.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>

namespace aiva::knowledge {
namespace {

constexpr std::size_t bases_at_once = 500;

}  // namespace

Result<std::vector<KnowledgeBaseId>> present_bases(SqlSession& sql, TenantId tenant,
                                                   const std::vector<KnowledgeBaseId>& bases) {
  std::set<KnowledgeBaseId> present;
  std::span<const KnowledgeBaseId> left(bases);
  while (!left.empty()) {
    auto some = left.first(std::min(left.size(), bases_at_once));
    left = left.subspan(some.size());
    std::string query = "SELECT id FROM knowledge_bases WHERE tenant_id = ? AND id IN (";
    std::vector<SqlValue> values = {tenant};
    for (auto base : some) {
      query += values.size() == 1 ? "?" : ", ?";
      values.emplace_back(base);
    }
    TRY_VOID(sql.query_span(query + ")", values, [&present](const SqlRow& row) -> Result<void> {
      present.insert(row.id<KnowledgeBaseId>(0));
      return {};
    }));
  }
  std::vector<KnowledgeBaseId> kept;
  std::ranges::copy_if(bases, std::back_inserter(kept),
                       [&present](auto base) { return present.contains(base); });
  return kept;
}

}  // namespace aiva::knowledge
