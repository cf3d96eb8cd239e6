#include "capabilities/identity/directory.h"

#include <memory>
#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/parts.h"
#include "capabilities/identity/internal/tenant_change.h"
#include "capabilities/identity/internal/tenant_rows.h"
#include "capabilities/identity/internal/user_change.h"
#include "capabilities/identity/internal/user_rows.h"

namespace aiva::identity {
namespace {

class DirectoryRows final : public Directory {
 public:
  explicit DirectoryRows(Core& core) : core_(core), tenant_change_(core), user_change_(core) {}

  Task<Result<PageOf<Tenant>>> tenants(CallContext context, Caller caller,
                                       TenantFilter filter) override {
    CO_TRY_VOID(require_signed_in(caller));
    CO_TRY_VOID(check_page(filter.page));
    CO_TRY(auto only, tenant_scope(caller, std::nullopt));
    auto reading =
        read(core_.database, context, [&](SqlSession& session) -> Result<PageOf<Tenant>> {
          return tenant_rows::list(session, only, filter);
        });
    auto page = co_await std::move(reading);
    co_return page;
  }

  Task<Result<Tenant>> tenant(CallContext context, Caller caller, TenantId id) override {
    CO_TRY_VOID(require_signed_in(caller));
    auto reading = read(core_.database, context, [&](SqlSession& session) -> Result<Tenant> {
      return find_tenant(session, caller, id);
    });
    auto found = co_await std::move(reading);
    co_return found;
  }

  Task<Result<Tenant>> create_tenant(CallContext context, Caller caller,
                                     NewTenant tenant) override {
    return tenant_change_.create(context, std::move(caller), std::move(tenant));
  }

  Task<Result<Tenant>> update_tenant(CallContext context, Caller caller, TenantId id,
                                     TenantChange change) override {
    return tenant_change_.update(context, std::move(caller), id, std::move(change));
  }

  Task<Result<PageOf<User>>> users(CallContext context, Caller caller, UserFilter filter) override {
    CO_TRY_VOID(require(caller, Permission::users_read));
    CO_TRY_VOID(check_page(filter.page));
    CO_TRY(auto tenant, tenant_scope(caller, filter.tenant));
    auto reading = read(core_.database, context, [&](SqlSession& session) -> Result<PageOf<User>> {
      return user_rows::list(session, tenant, filter);
    });
    auto page = co_await std::move(reading);
    co_return page;
  }

  Task<Result<User>> user(CallContext context, Caller caller, UserId id) override {
    CO_TRY_VOID(require_signed_in(caller));
    bool is_self = caller.principal->user == id;
    if (!is_self) CO_TRY_VOID(require(caller, Permission::users_read));
    auto reading = read(core_.database, context, [&](SqlSession& session) -> Result<User> {
      TRY(auto found, user_rows::find(session, id));
      if (!found || !caller.principal->may_see_tenant(found->tenant)) return refuse_user();
      return *found;
    });
    auto found = co_await std::move(reading);
    co_return found;
  }

  Task<Result<User>> update_user(CallContext context, Caller caller, UserId id,
                                 UserChange change) override {
    return user_change_.update(context, std::move(caller), id, std::move(change));
  }

  Task<Result<void>> remove_user(CallContext context, Caller caller, UserId id) override {
    auto updating = user_change_.update(context, std::move(caller), id, {.is_active = false});
    CO_TRY_VOID(co_await std::move(updating));
    co_return Result<void>();
  }

  Task<Result<void>> set_password(CallContext context, Caller caller, UserId id,
                                  PasswordChange change) override {
    return user_change_.set_password(context, std::move(caller), id, std::move(change));
  }

 private:
  Core& core_;
  TenantChanges tenant_change_;
  UserChanges user_change_;
};

}  // namespace

std::unique_ptr<Directory> make_directory(Core& core) {
  return std::make_unique<DirectoryRows>(core);
}

}  // namespace aiva::identity
