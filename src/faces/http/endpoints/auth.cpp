#include "faces/http/endpoints/auth.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/caller.h"

namespace aiva::http {
namespace {

using identity::Identity;

constexpr json::Fields::TextLimits email_limits{.length_min = 1, .length_max = 254};
constexpr json::Fields::TextLimits password_limits{.length_min = 1, .length_max = 1024};

Response signed_in_response(const identity::SignedIn& signed_in) {
  auto response = ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("token", signed_in.token);
    writer.field("refresh_token", signed_in.refresh_token);
    writer.field("expires_at", to_iso8601(signed_in.expires_at)).key("user");
    write_user(writer, signed_in.user);
    writer.end_object();
  });
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Task<Result<Response>> login(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::Credentials credentials{.email = fields.text("email", email_limits),
                                    .password = fields.text("password", password_limits)};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto signed_in, co_await identity.login(context, caller, std::move(credentials)));
  co_return signed_in_response(signed_in);
}

Task<Result<Response>> register_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::Registration registration{
      .email = fields.text("email", email_limits),
      .password = fields.text("password", password_limits),
      .name = fields.text("name", {.length_min = 1, .length_max = 200}),
      .tenant = read_tenant_id(fields, "tenant_id").value_or(TenantId{}),
      .role = read_role(fields, "role")};
  if (!request.is_signed_in() && !fields.has("tenant_id"))
    fields.add_error("tenant_id", "is required");
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto user, co_await identity.register_user(context, caller, std::move(registration)));
  co_return ok_response([&](JsonWriter& writer) { write_user(writer, user); }, 201);
}

Task<Result<Response>> refresh(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto token = fields.text("refresh_token", {.length_min = 1, .length_max = 1024});
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto signed_in, co_await identity.refresh(context, caller, std::move(token)));
  co_return signed_in_response(signed_in);
}

Task<Result<Response>> logout(Identity& identity, CallContext context, Request& request) {
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await identity.logout(context, caller));
  co_return done_response();
}

Task<Result<Response>> me(Identity& identity, CallContext context, Request& request) {
  auto caller = caller_of(request);
  CO_TRY(auto user, co_await identity.me(context, caller));
  co_return ok_response([&](JsonWriter& writer) { write_user(writer, user); });
}

}  // namespace

std::vector<Route> auth_routes(Identity& identity) {
  auto bind = [&identity](auto handler) -> Handler {
    return [&identity, handler](CallContext context, Request& request) {
      return handler(identity, context, request);
    };
  };
  std::vector<Route> routes;
  routes.push_back({Method::post,
                    "/api/auth/login",
                    Right::anyone(),
                    bind(login),
                    {.body_bytes_max = 16 * 1024, .rate = RateClass::login}});
  routes.push_back({Method::post,
                    "/api/auth/register",
                    Right::anyone(),
                    bind(register_user),
                    {.body_bytes_max = 16 * 1024, .rate = RateClass::register_}});
  routes.push_back({Method::post,
                    "/api/auth/refresh",
                    Right::anyone(),
                    bind(refresh),
                    {.body_bytes_max = 16 * 1024}});
  routes.push_back({Method::post, "/api/auth/logout", Right::signed_in(), bind(logout)});
  routes.push_back({Method::get, "/api/auth/me", Right::signed_in(), bind(me)});
  return routes;
}

}  // namespace aiva::http
