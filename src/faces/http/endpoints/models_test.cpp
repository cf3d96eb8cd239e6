#include "faces/http/endpoints/models.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "foundation/json.h"

namespace aiva::http {
namespace {

using identity::Permission;

// Says what it is told and remembers what it was asked.
class FakeModels final : public models::Models {
 public:
  Task<Result<models::Overview>> overview(CallContext) override { co_return overview_; }
  Task<Result<std::vector<models::TenantKey>>> keys(CallContext) override {
    co_return std::vector<models::TenantKey>{{.provider = "openai", .last4 = "1234"}};
  }
  Task<Result<models::TenantKey>> set_key(CallContext, identity::Caller,
                                          models::NewTenantKey key) override {
    asked_ = key.provider + " " + key.key + " " + std::to_string(key.requests_per_minute);
    co_return models::TenantKey{.provider = key.provider, .last4 = "1234"};
  }
  Task<Result<void>> remove_key(CallContext, identity::Caller, std::string provider) override {
    if (provider != "openai") co_return fail(ErrorCode::not_found, "There is no key");
    co_return Result<void>();
  }
  Task<Result<models::KeyTest>> test_key(CallContext, std::string provider,
                                         std::string model) override {
    asked_ = provider + " " + model;
    co_return models::KeyTest{.is_working = false, .model = "gpt", .message = "Refused"};
  }
  std::unique_ptr<ChatModel> make_chat_model() override { return nullptr; }

  models::Overview overview_{};
  std::string asked_;
};

class FakePrices final : public models::Prices {
 public:
  billing::MicroUsd price_of(std::string_view, std::string_view, const ChatUsage&) override {
    return 0;
  }
  Task<Result<std::vector<models::Price>>> list(CallContext) override {
    co_return std::vector<models::Price>{
        {.provider = "openai", .model = "gpt-4o", .input_nano_usd = 2500, .is_default = true}};
  }
  Task<Result<models::Price>> set(CallContext, identity::Caller, models::Price price) override {
    co_return price;
  }
  Task<Result<void>> remove(CallContext, identity::Caller, std::string provider,
                            std::string model) override {
    removed_ = provider + "/" + model;
    co_return Result<void>();
  }
  Task<Result<void>> load(CallContext) override { co_return Result<void>(); }

  std::string removed_;
};

class ModelRoutes : public ::testing::Test {
 protected:
  Result<Response> call(Method method, std::string_view path, std::string body = "",
                        std::vector<std::pair<std::string, std::string>> query = {}) {
    for (const auto& route : routes_) {
      if (route.method != method || route.path != path) continue;
      Request request{.method = method, .query = std::move(query), .body = std::move(body)};
      return sync_wait(route.handler({}, request));
    }
    return fail(ErrorCode::not_found, "There is no such route");
  }
  json::Value data(const Result<Response>& response) {
    if (!response) ADD_FAILURE() << response.error().message;
    return response ? json::parse(response->body)->at("data") : json::Value();
  }
  std::optional<Permission> right(Method method, std::string_view path) {
    for (const auto& route : routes_)
      if (route.method == method && route.path == path) return route.right.permission();
    return std::nullopt;
  }

  FakeModels models_;
  FakePrices prices_;
  std::vector<Route> routes_ = model_routes(models_, prices_);
};

TEST_F(ModelRoutes, need_rights_that_fit) {
  EXPECT_EQ(right(Method::get, "/api/models"), Permission::agents_read);
  for (auto method : {Method::get, Method::put, Method::del})
    EXPECT_EQ(right(method, "/api/models/keys"), Permission::keys_manage);
  EXPECT_EQ(right(Method::post, "/api/models/keys/test"), Permission::keys_manage);
  EXPECT_EQ(right(Method::get, "/api/models/prices"), Permission::billing_read);
  EXPECT_EQ(right(Method::put, "/api/models/prices"), Permission::tenants_manage);
  EXPECT_EQ(right(Method::del, "/api/models/prices"), Permission::tenants_manage);
}

TEST_F(ModelRoutes, show_providers_and_what_is_left_of_limits) {
  models::ProviderState provider{.name = "openai", .prefixes = {"gpt-"}, .has_server_key = true};
  provider.state = {.breaker = "open", .retry_in_s = 7, .has_token_limit = true, .tokens_left = 5};
  models_.overview_ = {.default_model = "gpt-4o", .providers = {provider}};

  auto shown = data(call(Method::get, "/api/models")).at("providers").at(0);

  EXPECT_EQ(shown.at("name"), "openai");
  EXPECT_EQ(shown.at("is_available"), true);
  EXPECT_EQ(shown.at("has_own_key"), false);
  EXPECT_EQ(shown.at("breaker"), "open");
  EXPECT_EQ(shown.at("retry_in_s"), 7);
  EXPECT_TRUE(shown.at("requests_left").is_null());
  EXPECT_EQ(shown.at("tokens_left"), 5);
}

TEST_F(ModelRoutes, set_list_test_and_remove_keys_without_showing_them) {
  auto set = call(Method::put, "/api/models/keys",
                  R"({"provider":"openai","key":"sk-secret-1234","requests_per_minute":60})");
  EXPECT_EQ(models_.asked_, "openai sk-secret-1234 60");
  EXPECT_EQ(set->body.find("sk-secret"), std::string::npos);
  EXPECT_EQ(data(set).at("last4"), "1234");
  EXPECT_EQ(data(call(Method::get, "/api/models/keys")).at("items").at(0).at("last4"), "1234");

  auto test = data(call(Method::post, "/api/models/keys/test", R"({"provider":"openai"})"));
  EXPECT_EQ(models_.asked_, "openai ");
  EXPECT_EQ(test.at("is_working"), false);
  EXPECT_EQ(test.at("message"), "Refused");

  EXPECT_TRUE(call(Method::del, "/api/models/keys", "", {{"provider", "openai"}}));
  EXPECT_EQ(call(Method::del, "/api/models/keys").error().code, ErrorCode::invalid);
  EXPECT_EQ(call(Method::del, "/api/models/keys", "", {{"provider", "x"}}).error().code,
            ErrorCode::not_found);
}

TEST_F(ModelRoutes, refuse_wrong_fields) {
  for (const std::string body :
       {R"({"provider":"openai"})", R"({"provider":"","key":"sk-secret-1234"})",
        R"({"provider":"openai","key":"short"})", R"({"provider":"x","key":7})", "[]", "",
        R"({"provider":"x","key":"sk-secret-1234","tokens_per_minute":-1})"})
    EXPECT_EQ(call(Method::put, "/api/models/keys", body).error().code, ErrorCode::invalid) << body;
  auto outcome = call(Method::put, "/api/models/prices", R"({"provider":"x","model":"y"})");
  EXPECT_EQ(outcome.error().details.size(), 3U);
}

TEST_F(ModelRoutes, list_set_and_remove_prices) {
  auto listed = data(call(Method::get, "/api/models/prices")).at("items").at(0);
  EXPECT_EQ(listed.at("input_nano_usd"), 2500);
  EXPECT_EQ(listed.at("is_default"), true);
  EXPECT_TRUE(listed.at("updated_at").is_null());

  auto set = data(call(Method::put, "/api/models/prices",
                       R"({"provider":"","model":"my-","input_nano_usd":1,"cached_nano_usd":0,)"
                       R"("output_nano_usd":2})"));
  EXPECT_EQ(set.at("model"), "my-");
  EXPECT_EQ(set.at("output_nano_usd"), 2);

  EXPECT_TRUE(call(Method::del, "/api/models/prices", "", {{"model", "my-"}}));
  EXPECT_EQ(prices_.removed_, "/my-");
}

}  // namespace
}  // namespace aiva::http
