#include "capabilities/identity/internal/tenant_change.h"

#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/tenant_rows.h"
#include "foundation/json.h"

namespace aiva::identity {
namespace {

constexpr std::size_t company_bytes_max = 200;
constexpr std::int64_t requests_per_minute_limit = 1'000'000;

// A broken unique index means one thing here.
Result<void> name_conflict(Result<void> stored) {
  if (!stored && stored.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "A tenant with this name exists already");
  return stored;
}

void check_limits(FieldMistakes& mistakes, const Tenant& tenant) {
  if (tenant.company_name.size() > company_bytes_max)
    mistakes.add("company_name", "must have at most 200 bytes");
  if (tenant.requests_per_minute_max < 0 ||
      tenant.requests_per_minute_max > requests_per_minute_limit)
    mistakes.add("requests_per_minute_max", "must be between 0 and 1000000");
}

std::string describe(const TenantChange& change) {
  json::Object details;
  if (change.name) details["name"] = *change.name;
  if (change.company_name) details["company_name"] = *change.company_name;
  if (change.registration_enabled) details["registration_enabled"] = *change.registration_enabled;
  if (change.is_active) details["is_active"] = *change.is_active;
  if (change.requests_per_minute_max)
    details["requests_per_minute_max"] = *change.requests_per_minute_max;
  return json::to_text(details);
}

}  // namespace

Result<Tenant> find_tenant(SqlSession& session, const Caller& caller, TenantId id) {
  if (!caller.principal->may_see_tenant(id))
    return fail(ErrorCode::forbidden, "This is another tenant");
  TRY(auto found, tenant_rows::find(session, id));
  if (!found) return fail(ErrorCode::not_found, "There is no such tenant");
  return std::move(*found);
}

Task<Result<Tenant>> TenantChanges::create(CallContext context, Caller caller, NewTenant request) {
  CO_TRY_VOID(require(caller, Permission::tenants_manage));
  FieldMistakes mistakes;
  auto now = core_.clock.unix_ms();
  Tenant tenant{.id = TenantId::make(),
                .name = mistakes.take(check_name("name", request.name)),
                .company_name = std::move(request.company_name),
                .registration_enabled = request.registration_enabled,
                .requests_per_minute_max = request.requests_per_minute_max,
                .created_at = now,
                .updated_at = now};
  check_limits(mistakes, tenant);
  CO_TRY_VOID(mistakes.finish());
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    TRY_VOID(name_conflict(tenant_rows::insert(session, tenant)));
    return audit_rows::append(session, caller,
                              {.tenant = tenant.id,
                               .action = "tenant.created",
                               .resource_type = "tenant",
                               .resource_id = tenant.id.to_string(),
                               .details = json::to_text(json::Object{{"name", tenant.name}})},
                              now);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return tenant;
}

Task<Result<Tenant>> TenantChanges::update(CallContext context, Caller caller, TenantId id,
                                           TenantChange change) {
  CO_TRY_VOID(require(caller, Permission::users_write));
  bool is_operators_matter = change.is_active || change.requests_per_minute_max;
  if (is_operators_matter) CO_TRY_VOID(require(caller, Permission::tenants_manage));
  if (change.is_active == false && id == caller.principal->tenant)
    co_return fail(ErrorCode::conflict, "You cannot deactivate your own tenant");
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<Tenant> {
    return apply(session, caller, id, change);
  });
  CO_TRY(auto tenant, co_await std::move(writing));
  core_.forget_all();
  co_return tenant;
}

Result<Tenant> TenantChanges::apply(SqlSession& session, const Caller& caller, TenantId id,
                                    const TenantChange& change) {
  TRY(auto tenant, find_tenant(session, caller, id));
  FieldMistakes mistakes;
  if (change.name) tenant.name = mistakes.take(check_name("name", *change.name));
  if (change.company_name) tenant.company_name = *change.company_name;
  if (change.registration_enabled) tenant.registration_enabled = *change.registration_enabled;
  if (change.is_active) tenant.is_active = *change.is_active;
  if (change.requests_per_minute_max)
    tenant.requests_per_minute_max = *change.requests_per_minute_max;
  check_limits(mistakes, tenant);
  TRY_VOID(mistakes.finish());
  tenant.updated_at = core_.clock.unix_ms();
  TRY_VOID(name_conflict(tenant_rows::update(session, tenant)));
  TRY_VOID(audit_rows::append(session, caller,
                              {.tenant = id,
                               .action = "tenant.updated",
                               .resource_type = "tenant",
                               .resource_id = id.to_string(),
                               .details = describe(change)},
                              tenant.updated_at));
  return tenant;
}

}  // namespace aiva::identity
