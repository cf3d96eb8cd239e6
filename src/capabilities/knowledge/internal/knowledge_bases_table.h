#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// The rows of knowledge_bases; lives inside one read or transaction.
class KnowledgeBasesTable {
 public:
  explicit KnowledgeBasesTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the tenant has a knowledge base of that name.
  Result<void> insert(const KnowledgeBase& base);
  // Fails with `not_found`.
  Result<KnowledgeBase> get(TenantId tenant, KnowledgeBaseId id);
  Result<PageOf<KnowledgeBase>> list(TenantId tenant, const Knowledge::ListFilter& filter);
  Result<std::int64_t> count(TenantId tenant);
  // Writes name, description, type, status, settings and updated_at.
  Result<void> update(const KnowledgeBase& base);
  Result<void> remove(TenantId tenant, KnowledgeBaseId id);

  // Counts documents in or out. Fails with `not_found`.
  Result<void> add_documents(TenantId tenant, KnowledgeBaseId id, std::int64_t count, UnixMs now);
  // Counts chunks of these documents in or out and starts a new version, which is answered. Fails
  // with `not_found`.
  Result<std::int64_t> change_chunks(TenantId tenant, KnowledgeBaseId id,
                                     std::span<const DocumentId> documents, std::int64_t count,
                                     UnixMs now);
  // The version of the chunks. Fails with `not_found`.
  Result<std::int64_t> version(TenantId tenant, KnowledgeBaseId id);
  // Those of several, in their order.
  Result<std::vector<std::int64_t>> versions(TenantId tenant, std::span<const KnowledgeBaseId> ids);
  // Of all tenants, for upkeep; those that are gone are left out.
  Result<std::unordered_map<KnowledgeBaseId, std::int64_t>> versions_of_all(
      std::span<const KnowledgeBaseId> ids);
  // Whether any tenant has it; for housekeeping alone.
  Result<bool> exists(KnowledgeBaseId id);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::knowledge
