#include "faces/http/endpoints/models.h"

#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/model_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using models::Models;
using models::Prices;

constexpr std::int64_t limit_max = 1'000'000'000;
constexpr json::Fields::TextLimits provider_name{.length_min = 1, .length_max = 32};
constexpr json::Fields::TextLimits model_name{.length_max = 200};

Task<Result<Response>> show_models(Models& models, CallContext context, Request&) {
  CO_TRY(auto overview, co_await models.overview(context));
  co_return ok_response([&](JsonWriter& writer) { write_overview(writer, overview); });
}

Task<Result<Response>> list_keys(Models& models, CallContext context, Request&) {
  CO_TRY(auto keys, co_await models.keys(context));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& key : keys) write_model_key(writer, key);
    writer.end_array().end_object();
  });
}

Task<Result<Response>> set_key(Models& models, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  models::NewTenantKey key{
      .provider = fields.text("provider", provider_name),
      .key = fields.text("key", {.length_min = 8, .length_max = 512}),
      .requests_per_minute = fields.integer("requests_per_minute", 0, 0, limit_max),
      .tokens_per_minute = fields.integer("tokens_per_minute", 0, 0, limit_max)};
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto stored, co_await models.set_key(context, std::move(caller), std::move(key)));
  co_return ok_response([&](JsonWriter& writer) { write_model_key(writer, stored); });
}

Task<Result<Response>> remove_key(Models& models, CallContext context, Request& request) {
  auto provider = request.query_text("provider");
  if (!provider) co_return fail(invalid_field("provider", "is missing"));
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await models.remove_key(context, std::move(caller), std::string(*provider)));
  co_return done_response();
}

Task<Result<Response>> test_key(Models& models, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto provider = fields.text("provider", provider_name);
  auto model = fields.optional_text("model", model_name).value_or(std::string());
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto test, co_await models.test_key(context, std::move(provider), std::move(model)));
  co_return ok_response([&](JsonWriter& writer) { write_key_test(writer, test); });
}

Task<Result<Response>> list_prices(Prices& prices, CallContext context, Request&) {
  CO_TRY(auto all, co_await prices.list(context));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& price : all) write_price(writer, price);
    writer.end_array().end_object();
  });
}

Task<Result<Response>> set_price(Prices& prices, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto amount = [&fields](const char* name) {
    if (!fields.has(name)) fields.add_error(name, "is missing");
    return fields.integer(name, 0, 0, limit_max);
  };
  models::Price price{.provider = fields.text("provider", {.length_max = 200}),
                      .model = fields.text("model", model_name),
                      .input_nano_usd = amount("input_nano_usd"),
                      .cached_nano_usd = amount("cached_nano_usd"),
                      .output_nano_usd = amount("output_nano_usd")};
  if (fields.has("cache_write_nano_usd"))
    price.cache_write_nano_usd = amount("cache_write_nano_usd");
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto stored, co_await prices.set(context, std::move(caller), std::move(price)));
  co_return ok_response([&](JsonWriter& writer) { write_price(writer, stored); });
}

// An empty name is one, too: of any provider, any model.
Task<Result<Response>> remove_price(Prices& prices, CallContext context, Request& request) {
  std::string provider(request.query_text("provider").value_or(std::string_view()));
  std::string model(request.query_text("model").value_or(std::string_view()));
  auto caller = caller_of(request);
  CO_TRY_VOID(
      co_await prices.remove(context, std::move(caller), std::move(provider), std::move(model)));
  co_return done_response();
}

}  // namespace

std::vector<Route> model_routes(Models& models, Prices& prices) {
  auto bind = [](auto& owner, auto handler) -> Handler {
    return [&owner, handler](CallContext context, Request& request) {
      return handler(owner, context, request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_manage = Right::needs(Permission::keys_manage);
  auto may_see_prices = Right::needs(Permission::billing_read);
  // What models cost is decided by whoever runs the installation.
  auto may_price = Right::needs(Permission::tenants_manage);
  std::vector<Route> routes;
  auto add = [&routes](Method method, std::string_view path, Right right, Handler handler) {
    routes.push_back({method, path, right, std::move(handler)});
  };
  add(Method::get, "/api/models", may_read, bind(models, show_models));
  add(Method::get, "/api/models/keys", may_manage, bind(models, list_keys));
  add(Method::put, "/api/models/keys", may_manage, bind(models, set_key));
  add(Method::del, "/api/models/keys", may_manage, bind(models, remove_key));
  add(Method::post, "/api/models/keys/test", may_manage, bind(models, test_key));
  add(Method::get, "/api/models/prices", may_see_prices, bind(prices, list_prices));
  add(Method::put, "/api/models/prices", may_price, bind(prices, set_price));
  add(Method::del, "/api/models/prices", may_price, bind(prices, remove_price));
  return routes;
}

}  // namespace aiva::http
