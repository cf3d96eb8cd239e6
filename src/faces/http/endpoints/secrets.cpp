#include "faces/http/endpoints/secrets.h"

#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/function_json.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using functions::Secrets;
using identity::Permission;

constexpr std::size_t value_bytes_max = 64 * 1024;

Task<Result<Response>> list_secrets(Secrets& secrets, CallContext context, Request&) {
  CO_TRY(auto found, co_await secrets.list(context));
  co_return whole_list_response(found, write_secret);
}

Task<Result<Response>> put_secret(Secrets& secrets, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto name = fields.text("name", {.length_max = 200});
  auto value = fields.text("value", {.length_max = value_bytes_max});
  CO_TRY_VOID(fields.finish());
  auto putting = secrets.put(context, caller_of(request), std::move(name), std::move(value));
  CO_TRY(auto secret, co_await std::move(putting));
  co_return ok_response([&](JsonWriter& writer) { write_secret(writer, secret); }, 201);
}

Task<Result<Response>> remove_secret(Secrets& secrets, CallContext context, Request& request) {
  std::string name(request.parameter("secretName"));
  CO_TRY_VOID(co_await secrets.remove(context, caller_of(request), std::move(name)));
  co_return done_response();
}

}  // namespace

std::vector<Route> secret_routes(Secrets& secrets) {
  auto bind = [&secrets](auto handler) -> Handler {
    return [&secrets, handler](CallContext context, Request& request) {
      return handler(secrets, std::move(context), request);
    };
  };
  auto may_write = Right::needs(Permission::agents_write);
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/secrets", may_write, bind(list_secrets)});
  routes.push_back({Method::post, "/api/secrets", may_write, bind(put_secret)});
  routes.push_back({Method::del, "/api/secrets/:secretName", may_write, bind(remove_secret)});
  return routes;
}

}  // namespace aiva::http
