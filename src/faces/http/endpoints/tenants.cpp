#include "faces/http/endpoints/tenants.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using identity::Identity;
using identity::Permission;

constexpr json::Fields::TextLimits name_limits{.length_min = 1, .length_max = 200};
constexpr std::int64_t rate_max = 1'000'000'000;

Response tenant_response(const identity::Tenant& tenant, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_tenant(writer, tenant); }, status);
}

Task<Result<Response>> list_tenants(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "tenants"));
  identity::TenantFilter filter{.page = wanted.as<identity::PageRequest>()};
  filter.search = std::string(request.query_text("search").value_or(std::string_view()));
  CO_TRY(filter.is_active, request.query_flag("is_active"));
  auto caller = caller_of(request);
  CO_TRY(auto tenants, co_await identity.directory().tenants(context, caller, std::move(filter)));
  co_return list_response(tenants, wanted, write_tenant);
}

Task<Result<Response>> create_tenant(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::NewTenant tenant{
      .name = fields.text("name", name_limits),
      .company_name = fields.optional_text("company_name", name_limits).value_or(std::string()),
      .registration_enabled = fields.boolean("registration_enabled", false),
      .requests_per_minute_max = fields.integer("requests_per_minute_max", 0, 0, rate_max)};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto made,
         co_await identity.directory().create_tenant(context, caller, std::move(tenant)));
  co_return tenant_response(made, 201);
}

Task<Result<Response>> get_tenant(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<TenantId>("tenantId"));
  auto caller = caller_of(request);
  CO_TRY(auto tenant, co_await identity.directory().tenant(context, caller, id));
  co_return tenant_response(tenant);
}

Task<Result<Response>> update_tenant(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<TenantId>("tenantId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::TenantChange change{
      .name = fields.optional_text("name", name_limits),
      .company_name = fields.optional_text("company_name", {.length_max = 200}),
      .registration_enabled = fields.optional_boolean("registration_enabled"),
      .is_active = fields.optional_boolean("is_active")};
  if (fields.has("requests_per_minute_max"))
    change.requests_per_minute_max = fields.integer("requests_per_minute_max", 0, 0, rate_max);
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto tenant,
         co_await identity.directory().update_tenant(context, caller, id, std::move(change)));
  co_return tenant_response(tenant);
}

}  // namespace

std::vector<Route> tenant_routes(Identity& identity) {
  auto bind = [&identity](auto handler) -> Handler {
    return [&identity, handler](CallContext context, Request& request) {
      return handler(identity, context, request);
    };
  };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/tenants", Right::signed_in(), bind(list_tenants)});
  routes.push_back({Method::post, "/api/tenants", Right::needs(Permission::tenants_manage),
                    bind(create_tenant)});
  routes.push_back({Method::get, "/api/tenants/:tenantId", Right::signed_in(), bind(get_tenant)});
  routes.push_back({Method::put, "/api/tenants/:tenantId", Right::needs(Permission::users_write),
                    bind(update_tenant)});
  return routes;
}

}  // namespace aiva::http
