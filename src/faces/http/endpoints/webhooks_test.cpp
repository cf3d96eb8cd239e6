#include "faces/http/endpoints/webhooks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/test_database/test_database.h"
#include "faces/http/error_table.h"
#include "foundation/json.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::http {
namespace {

struct Answer {
  int status = 0;
  json::Value data{};
};

class WebhookRoutes : public ::testing::Test {
 protected:
  using Ids = std::vector<std::pair<std::string_view, std::string>>;

  Answer call(Method method, std::string_view path, std::string body = {}, Ids ids = {},
              bool is_stranger = false) {
    auto route = std::ranges::find_if(routes_, [&](const Route& candidate) {
      return candidate.method == method && candidate.path == path;
    });
    EXPECT_NE(route, routes_.end()) << path;
    Request request{.method = method, .path_parameters = std::move(ids), .body = std::move(body)};
    auto response =
        sync_wait(route->handler({.tenant = is_stranger ? stranger_ : tenant_}, request));
    if (!response) return {.status = http_status(response.error())};
    auto parsed = json::parse(response->body).value();
    const auto* data = parsed.as_object().if_contains("data");
    return {response->status, data != nullptr ? *data : json::Value{}};
  }
  std::string create() {
    auto made = call(Method::post, "/api/webhooks", R"({"url":"https://shop.example/"})");
    EXPECT_EQ(made.status, 201);
    EXPECT_TRUE(made.data.at("secret").as_string().starts_with("whsec_"));
    return std::string(made.data.at("webhook").at("id").as_string());
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  TenantId tenant_ = database_.add_tenant();
  TenantId stranger_ = database_.add_tenant("Stranger");
  ScriptedHttpClient http_{[](const HttpRequest&) { return HttpResponse{.status = 200}; }};
  std::unique_ptr<webhooks::Webhooks> webhooks_ = webhooks::make_webhooks(
      {*database_, http_, clock_, metrics_}, {.master_key = std::string(32, 'k')});
  std::vector<Route> routes_ = webhook_routes(*webhooks_);
};

TEST_F(WebhookRoutes, keep_webhooks_and_never_show_a_secret_again) {
  auto id = create();
  constexpr std::string_view one = "/api/webhooks/:webhookId";

  auto changed =
      call(Method::put, one,
           R"({"event_types":["credits.added"],"description":"books","is_active":false})",
           {{"webhookId", id}});
  auto listed = call(Method::get, "/api/webhooks");

  EXPECT_EQ(changed.data.at("event_types").at(0).as_string(), "credits.added");
  EXPECT_FALSE(changed.data.at("is_active").as_bool());
  EXPECT_EQ(listed.data.at("total").as_int64(), 1);
  EXPECT_FALSE(json::to_text(listed.data).contains("whsec_"));
  EXPECT_FALSE(json::to_text(listed.data).contains("secret\":\""));
  EXPECT_EQ(call(Method::del, one, {}, {{"webhookId", id}}).status, 200);
  EXPECT_EQ(call(Method::get, one, {}, {{"webhookId", id}}).status, 404);
}

TEST_F(WebhookRoutes, rotate_test_list_and_replay) {
  auto id = create();
  Ids ids{{"webhookId", id}};
  auto rotated = call(Method::post, "/api/webhooks/:webhookId/rotate-secret", "", ids);
  EXPECT_EQ(rotated.status, 200);
  EXPECT_FALSE(rotated.data.at("webhook").at("previous_secret_ends_at").is_null());
  EXPECT_EQ(call(Method::post, "/api/webhooks/:webhookId/test", "", ids).status, 202);
  ASSERT_TRUE(sync_wait(webhooks_->deliver({})));
  webhooks_->wait_idle();

  auto page = call(Method::get, "/api/webhooks/:webhookId/deliveries", "", ids);
  ASSERT_EQ(page.data.at("items").as_array().size(), 1U);
  auto delivery = page.data.at("items").at(0);
  EXPECT_EQ(delivery.at("state").as_string(), "delivered");
  EXPECT_TRUE(delivery.at("next_attempt_at").is_null());
  auto with_delivery = ids;
  with_delivery.emplace_back("deliveryId", std::string(delivery.at("id").as_string()));
  constexpr std::string_view replay = "/api/webhooks/:webhookId/deliveries/:deliveryId/replay";
  EXPECT_TRUE(call(Method::post, replay, "", with_delivery).data.at("is_replay").as_bool());
  EXPECT_EQ(call(Method::post, replay, "", with_delivery, true).status, 404);
  auto range = call(Method::post, "/api/webhooks/:webhookId/replay",
                    R"({"from":"2024-12-31T00:00:00Z","until":"2025-01-02T00:00:00Z"})", ids);
  EXPECT_EQ(range.status, 202);
  EXPECT_EQ(range.data.at("queued").as_int64(), 0);
}

TEST_F(WebhookRoutes, refuse_bodies_that_make_no_sense) {
  for (const auto* body : {"{}", R"({"url":"http://shop.example/"})", R"({"url":5})",
                           R"({"url":"https://shop.example/","event_types":["x"]})",
                           R"({"url":"https://shop.example/","event_types":[1]})",
                           R"({"url":"https://shop.example/","event_types":[]})"})
    EXPECT_EQ(call(Method::post, "/api/webhooks", body).status, 422) << body;
  Ids ids{{"webhookId", create()}};
  for (const auto* body : {"{}", R"({"from":"now","until":"2025-01-02T00:00:00Z"})",
                           R"({"from":"2025-01-02T00:00:00Z","until":"2025-01-01T00:00:00Z"})",
                           R"({"from":"2024-01-01T00:00:00Z","until":"2025-01-01T00:00:00Z"})"})
    EXPECT_EQ(call(Method::post, "/api/webhooks/:webhookId/replay", body, ids).status, 422) << body;
}

TEST_F(WebhookRoutes, know_nothing_of_another_tenants_webhooks_however_wrong_the_body) {
  Ids ids{{"webhookId", create()}};

  for (const auto& route : routes_) {
    if (!route.path.contains(":webhookId")) continue;
    auto all = ids;
    all.emplace_back("deliveryId", Uuid::make().to_string());
    EXPECT_EQ(call(route.method, route.path, "{\"x\":1}", all, true).status, 404) << route.path;
  }
  EXPECT_EQ(call(Method::get, "/api/webhooks", {}, {}, true).data.at("total").as_int64(), 0);
}

}  // namespace
}  // namespace aiva::http
