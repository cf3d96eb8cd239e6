#pragma once

#include <cstdint>
#include <optional>

#include "capabilities/agents/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::agents {

// The rows of agent_versions; lives inside one read or transaction.
class VersionsTable {
 public:
  explicit VersionsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(TenantId tenant, const AgentVersion& version);
  // Writes settings, changed_by and updated_at.
  Result<void> update(TenantId tenant, const AgentVersion& version);
  // Fails with `not_found`.
  Result<AgentVersion> get(TenantId tenant, AgentId agent, std::int64_t version);
  // Newest first.
  Result<PageOf<AgentVersion>> list(TenantId tenant, AgentId agent, const PageRequest& page);
  Result<void> set_published(TenantId tenant, AgentId agent, std::int64_t version, UnixMs now);
  // The version that was published last but for `current`; nothing when there is none.
  Result<std::optional<std::int64_t>> published_before(TenantId tenant, AgentId agent,
                                                       std::int64_t current);
  // Deletes versions up to `version`, but not `published`.
  Result<void> remove_until(TenantId tenant, AgentId agent, std::int64_t version,
                            std::int64_t published);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::agents
