#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::identity {

struct TenantFilter {
  std::string search{};  // part of name or company name
  std::optional<bool> is_active{};
  PageRequest page{};
};

struct NewTenant {
  std::string name;
  std::string company_name{};
  bool registration_enabled = false;
  std::int64_t requests_per_minute_max = 0;
};

// Only the fields present change.
struct TenantChange {
  std::optional<std::string> name{};
  std::optional<std::string> company_name{};
  std::optional<bool> registration_enabled{};
  std::optional<bool> is_active{};                        // needs tenants.manage
  std::optional<std::int64_t> requests_per_minute_max{};  // needs tenants.manage
};

struct UserFilter {
  std::optional<TenantId> tenant{};  // nothing: the caller's own; for tenants.manage all
  std::string search{};              // part of name or e-mail address
  std::optional<Role> role{};
  std::optional<bool> is_active{};
  PageRequest page{};
};

// Only the fields present change. Of themselves users may change the name only.
struct UserChange {
  std::optional<std::string> email{};
  std::optional<std::string> name{};
  std::optional<Role> role{};
  std::optional<bool> is_active{};
};

struct PasswordChange {
  std::string new_password{};
  std::string current_password{};  // needed for one's own
};

// Tenants and their users. What the caller may not see is `not_found`; what they may see but not do
// is `forbidden`. Nobody gives, changes or takes a role with rights they lack themselves.
class Directory {
 public:
  virtual ~Directory() = default;

  // All tenants for tenants.manage, otherwise the caller's own. By name.
  virtual Task<Result<PageOf<Tenant>>> tenants(CallContext context, Caller caller,
                                               TenantFilter filter) = 0;
  virtual Task<Result<Tenant>> tenant(CallContext context, Caller caller, TenantId id) = 0;
  // `conflict` when the name is taken.
  virtual Task<Result<Tenant>> create_tenant(CallContext context, Caller caller,
                                             NewTenant tenant) = 0;
  // Deactivating a tenant signs all its users and keys out.
  virtual Task<Result<Tenant>> update_tenant(CallContext context, Caller caller, TenantId id,
                                             TenantChange change) = 0;

  // Newest first.
  virtual Task<Result<PageOf<User>>> users(CallContext context, Caller caller,
                                           UserFilter filter) = 0;
  // Needs users.read, but for oneself.
  virtual Task<Result<User>> user(CallContext context, Caller caller, UserId id) = 0;
  // Takes effect on signed-in users within five seconds everywhere, here at once.
  virtual Task<Result<User>> update_user(CallContext context, Caller caller, UserId id,
                                         UserChange change) = 0;
  // Deactivates the user and ends their sessions; the row stays, because history refers to it.
  virtual Task<Result<void>> remove_user(CallContext context, Caller caller, UserId id) = 0;
  // Ends all sessions of the user but the caller's.
  virtual Task<Result<void>> set_password(CallContext context, Caller caller, UserId id,
                                          PasswordChange change) = 0;
};

}  // namespace aiva::identity
