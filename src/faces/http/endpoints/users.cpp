#include "faces/http/endpoints/users.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"

namespace aiva::http {
namespace {

using identity::Identity;
using identity::Permission;

constexpr json::Fields::TextLimits email_limits{.length_min = 1, .length_max = 254};
constexpr json::Fields::TextLimits name_limits{.length_min = 1, .length_max = 200};
constexpr json::Fields::TextLimits password_limits{.length_min = 1, .length_max = 1024};

Response user_response(const identity::User& user, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_user(writer, user); }, status);
}

Result<identity::UserFilter> read_filter(const Request& request, const ListRequest& wanted) {
  identity::UserFilter filter{.page = wanted.as<identity::PageRequest>()};
  filter.search = std::string(request.query_text("search").value_or(std::string_view()));
  TRY(filter.tenant, query_id<TenantId>(request, "tenant_id"));
  if (auto text = request.query_text("role")) {
    filter.role = identity::parse_role(*text);
    if (!filter.role) return fail(invalid_field("role", "is not a role"));
  }
  TRY(filter.is_active, request.query_flag("is_active"));
  return filter;
}

Task<Result<Response>> list_users(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "users"));
  CO_TRY(auto filter, read_filter(request, wanted));
  auto caller = caller_of(request);
  CO_TRY(auto users, co_await identity.directory().users(context, caller, std::move(filter)));
  co_return list_response(users, wanted, write_user);
}

Task<Result<Response>> create_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::Registration registration{
      .email = fields.text("email", email_limits),
      .password = fields.text("password", password_limits),
      .name = fields.text("name", name_limits),
      .tenant = read_tenant_id(fields, "tenant_id").value_or(TenantId{}),
      .role = read_role(fields, "role")};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto user, co_await identity.register_user(context, caller, std::move(registration)));
  co_return user_response(user, 201);
}

Task<Result<Response>> get_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<UserId>("userId"));
  auto caller = caller_of(request);
  CO_TRY(auto user, co_await identity.directory().user(context, caller, id));
  co_return user_response(user);
}

// A user whom the caller may not see is `not_found`, however wrong the body is.
Task<Result<UserId>> find_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<UserId>("userId"));
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await identity.directory().user(context, caller, id));
  co_return id;
}

Task<Result<Response>> update_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, co_await find_user(identity, context, request));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::UserChange change{.email = fields.optional_text("email", email_limits),
                              .name = fields.optional_text("name", name_limits),
                              .role = read_role(fields, "role"),
                              .is_active = fields.optional_boolean("is_active")};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto user,
         co_await identity.directory().update_user(context, caller, id, std::move(change)));
  co_return user_response(user);
}

Task<Result<Response>> remove_user(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<UserId>("userId"));
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await identity.directory().remove_user(context, caller, id));
  co_return done_response();
}

Task<Result<Response>> set_password(Identity& identity, CallContext context, Request& request) {
  CO_TRY(auto id, co_await find_user(identity, context, request));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  identity::PasswordChange change{
      .new_password = fields.text("new_password", password_limits),
      .current_password =
          fields.optional_text("current_password", password_limits).value_or(std::string())};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await identity.directory().set_password(context, caller, id, std::move(change)));
  co_return done_response();
}

}  // namespace

std::vector<Route> user_routes(Identity& identity) {
  auto bind = [&identity](auto handler) -> Handler {
    return [&identity, handler](CallContext context, Request& request) {
      return handler(identity, context, request);
    };
  };
  auto may_read = Right::needs(Permission::users_read);
  auto may_write = Right::needs(Permission::users_write);
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/users", may_read, bind(list_users)});
  routes.push_back({Method::post, "/api/users", may_write, bind(create_user)});
  routes.push_back({Method::get, "/api/users/:userId", may_read, bind(get_user)});
  routes.push_back({Method::put, "/api/users/:userId", Right::signed_in(), bind(update_user)});
  routes.push_back({Method::del, "/api/users/:userId", may_write, bind(remove_user)});
  routes.push_back(
      {Method::post, "/api/users/:userId/password", Right::signed_in(), bind(set_password)});
  return routes;
}

}  // namespace aiva::http
