#pragma once

#include <optional>

#include "capabilities/identity/directory.h"
#include "capabilities/identity/types.h"
#include "foundation/result.h"
#include "ports/database.h"

// The statements over the table `tenants`.
namespace aiva::identity::tenant_rows {

Result<void> insert(SqlSession& session, const Tenant& tenant);
Result<std::optional<Tenant>> find(SqlSession& session, TenantId id);
// Only the one tenant when `only` is given.
Result<PageOf<Tenant>> list(SqlSession& session, std::optional<TenantId> only,
                            const TenantFilter& filter);
// Writes every changeable column.
Result<void> update(SqlSession& session, const Tenant& tenant);

}  // namespace aiva::identity::tenant_rows
