#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/identity/audit_log.h"
#include "capabilities/models/internal/key_table.h"
#include "capabilities/models/types.h"
#include "foundation/call_context.h"
#include "foundation/lru_cache.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::models {

using SealedKeys = std::vector<SealedKey>;

// Keys of tenants: sealed in their rows, remembered for a second. Any thread.
class TenantKeys {
 public:
  TenantKeys(Database& database, identity::AuditLog& audit, const Clock& clock,
             std::string master_key);

  // Of `context.tenant`, also from memory.
  Task<Result<std::shared_ptr<const SealedKeys>>> of_tenant(CallContext context);
  Task<Result<TenantKey>> put(CallContext context, identity::Caller caller, NewTenantKey key);
  // Fails with `not_found`.
  Task<Result<void>> remove(CallContext context, identity::Caller caller, std::string provider);
  // The key itself; fails with `internal` when the master key is another.
  [[nodiscard]] Result<std::string> open(TenantId tenant, const SealedKey& key) const;

 private:
  Database& database_;
  identity::AuditLog& audit_;
  const Clock& clock_;
  std::string master_key_;
  LruCache<TenantId, SealedKeys> known_;
};

// The tenant's key for a provider, or null.
const SealedKey* find_key(const SealedKeys& keys, std::string_view provider);

}  // namespace aiva::models
