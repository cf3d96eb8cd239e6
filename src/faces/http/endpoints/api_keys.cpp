#include "faces/http/endpoints/api_keys.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"

namespace aiva::http {
namespace {

using identity::Identity;
using identity::Permission;

constexpr std::size_t scopes_max = 32;

identity::PermissionSet read_scopes(json::Fields& fields) {
  identity::PermissionSet scopes;
  const auto* array = fields.array("scopes", scopes_max);
  if (array == nullptr || array->empty()) {
    fields.add_error("scopes", "must name at least one permission");
    return scopes;
  }
  for (const auto& item : *array) {
    const auto* text = item.if_string();
    auto permission =
        text == nullptr ? std::nullopt
                        : identity::parse_permission(std::string_view(text->data(), text->size()));
    if (permission)
      scopes.add(*permission);
    else
      fields.add_error("scopes", "has an unknown permission");
  }
  return scopes;
}

std::optional<UnixMs> read_expiry(json::Fields& fields) {
  auto text = fields.optional_text("expires_at", {.length_max = 40});
  if (!text) return std::nullopt;
  auto instant = parse_iso8601(*text);
  if (!instant) fields.add_error("expires_at", "must be an instant like 2030-01-31T00:00:00Z");
  return instant;
}

Task<Result<Response>> list_keys(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "api_keys"));
  CO_TRY(auto tenant, query_id<TenantId>(request, "tenant_id"));
  auto caller = caller_of(request);
  auto page = wanted.as<identity::PageRequest>();
  CO_TRY(auto keys, co_await identity.api_keys().list(context, caller, tenant, page));
  co_return list_response(keys, wanted, write_api_key);
}

Task<Result<Response>> create_key(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::NewApiKey key{
      .tenant = read_tenant_id(fields, "tenant_id"),
      .name = fields.text("name", {.length_min = 1, .length_max = 200}),
      .scopes = read_scopes(fields),
      .requests_per_minute_max = fields.integer("requests_per_minute_max", 0, 0, 1'000'000'000),
      .expires_at = read_expiry(fields)};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto made, co_await identity.api_keys().create(context, caller, std::move(key)));
  auto response = ok_response(
      [&](JsonWriter& writer) {
        writer.begin_object().field("id", made.key.id).field("key", made.secret).key("details");
        write_api_key(writer, made.key);
        writer.end_object();
      },
      201);
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

Task<Result<Response>> revoke_key(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ApiKeyId>("keyId"));
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await identity.api_keys().revoke(context, caller, id));
  co_return done_response();
}

}  // namespace

std::vector<Route> api_key_routes(Identity& identity) {
  auto bind = [&identity](auto handler) -> Handler {
    return [&identity, handler](CallContext context, Request& request) {
      return handler(identity, context, request);
    };
  };
  auto may_manage = Right::needs(Permission::keys_manage);
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/keys", may_manage, bind(list_keys)});
  routes.push_back({Method::post, "/api/keys", may_manage, bind(create_key)});
  routes.push_back({Method::del, "/api/keys/:keyId", may_manage, bind(revoke_key)});
  return routes;
}

}  // namespace aiva::http
