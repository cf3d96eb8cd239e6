#pragma once

#include <memory>

#include "capabilities/identity/api_keys.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/identity/directory.h"
#include "capabilities/identity/internal/core.h"

namespace aiva::identity {

std::unique_ptr<Directory> make_directory(Core& core);
std::unique_ptr<ApiKeys> make_api_keys(Core& core);
std::unique_ptr<AuditLog> make_audit_log(Core& core);

// What a caller may see of a list: the tenant asked for, by default their own. `forbidden` for
// another tenant without tenants.manage; nothing means all tenants.
Result<std::optional<TenantId>> tenant_scope(const Caller& caller, std::optional<TenantId> asked);

// `invalid` unless 1 <= page and 1 <= limit <= 200.
Result<void> check_page(const PageRequest& page);

}  // namespace aiva::identity
