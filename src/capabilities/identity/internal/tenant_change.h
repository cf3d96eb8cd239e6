#pragma once

#include "capabilities/identity/directory.h"
#include "capabilities/identity/internal/core.h"

namespace aiva::identity {

// How tenants are made and changed.
class TenantChanges {
 public:
  explicit TenantChanges(Core& core) : core_(core) {}

  Task<Result<Tenant>> create(CallContext context, Caller caller, NewTenant request);
  Task<Result<Tenant>> update(CallContext context, Caller caller, TenantId id, TenantChange change);

 private:
  Result<Tenant> apply(SqlSession& session, const Caller& caller, TenantId id,
                       const TenantChange& change);

  Core& core_;
};

// The tenant when the caller may see it, else `not_found`.
Result<Tenant> find_tenant(SqlSession& session, const Caller& caller, TenantId id);

}  // namespace aiva::identity
