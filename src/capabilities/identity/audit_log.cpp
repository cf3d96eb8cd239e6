#include "capabilities/identity/audit_log.h"

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/parts.h"

namespace aiva::identity {
namespace {

constexpr int page_limit_max = 200;

class AuditLogRows final : public AuditLog {
 public:
  explicit AuditLogRows(Core& core) : core_(core) {}

  Task<Result<PageOf<AuditEntry>>> list(CallContext context, Caller caller,
                                        AuditFilter filter) override {
    CO_TRY_VOID(require(caller, Permission::audit_read));
    CO_TRY_VOID(check_page(filter.page));
    CO_TRY(filter.tenant, tenant_scope(caller, filter.tenant));
    auto reading =
        read(core_.database, context, [&](SqlSession& session) -> Result<PageOf<AuditEntry>> {
          return audit_rows::list(session, filter);
        });
    auto page = co_await std::move(reading);
    co_return page;
  }

  Result<void> append(SqlSession& session, const Caller& caller, AuditEntry entry) override {
    return audit_rows::append(session, caller, std::move(entry), core_.clock.unix_ms());
  }

 private:
  Core& core_;
};

}  // namespace

std::unique_ptr<AuditLog> make_audit_log(Core& core) {
  return std::make_unique<AuditLogRows>(core);
}

Result<std::optional<TenantId>> tenant_scope(const Caller& caller, std::optional<TenantId> asked) {
  const auto& principal = *caller.principal;
  if (asked && !principal.may_see_tenant(*asked))
    return fail(ErrorCode::forbidden, "This is another tenant");
  if (asked || principal.may(Permission::tenants_manage)) return asked;
  return std::optional(principal.tenant);
}

Result<void> check_page(const PageRequest& page) {
  FieldMistakes mistakes;
  if (page.page < 1) mistakes.add("page", "must be at least 1");
  if (page.limit < 1 || page.limit > page_limit_max)
    mistakes.add("limit", "must be between 1 and 200");
  return mistakes.finish();
}

}  // namespace aiva::identity
