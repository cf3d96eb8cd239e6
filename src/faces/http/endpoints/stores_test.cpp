#include "faces/http/endpoints/stores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "faces/http/endpoints/commerce_fixture.h"
#include "faces/http/endpoints/store_events.h"
#include "faces/http/endpoints/store_syncs.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class StoreEndpoints : public ::testing::Test {
 protected:
  void SetUp() override {
    auto routes = store_routes(stores_);
    std::ranges::move(store_sync_routes({stores_, syncs_}), std::back_inserter(routes));
    std::ranges::move(store_event_routes(events_), std::back_inserter(routes));
    for (const auto& route : routes)
      patterns_.emplace_back(to_string(route.method), std::string(route.path));
    server_ = std::make_unique<TestServer>(std::move(routes));
    auto add = [this](std::string secret, TenantId tenant, identity::Role role) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant,
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
    };
    add("mine", tenant_, identity::Role::admin);
    add("manager", tenant_, identity::Role::agent_manager);
    add("other", other_tenant_, identity::Role::admin);
  }
  void TearDown() override { server_.reset(); }

  RawResponse send(std::string method, std::string target, std::string body = {},
                   const std::string& who = "mine", std::string type = "application/json") {
    return server_->send({.method = std::move(method),
                          .target = std::move(target),
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body),
                          .content_type = std::move(type)});
  }
  static json::Value data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return json::Object{};
    }
    return value->get_object().at("data");
  }
  [[nodiscard]] std::string place() const { return "/api/shopify/" + tenant_.to_string(); }
  [[nodiscard]] std::string one() const { return place() + "/stores/" + id(); }
  [[nodiscard]] std::string id() const { return stores_.store.id.to_string(); }

  TenantId tenant_ = TenantId::make();
  TenantId other_tenant_ = TenantId::make();
  PreparedStores stores_{tenant_};
  PreparedSyncs syncs_{stores_.store};
  PreparedEvents events_{stores_.store.id};
  std::vector<std::pair<std::string, std::string>> patterns_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(StoreEndpoints, connect_a_store_and_never_show_its_token) {
  auto base = KnowledgeBaseId::make();
  auto made = send("POST", place() + "/stores",
                   R"({"kb_id":")" + base.to_string() +
                       R"(","address":"Lamps","token":"shpat_1","app_secret":"s",)"
                       R"("auto_sync":false,"interval_minutes":60,)"
                       R"("collections":["c1"],"states":["active","draft"]})");

  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.find("shpat_1"), std::string::npos);
  auto store = data(made);
  EXPECT_EQ(store.at("address"), "lamps.myshopify.com");
  EXPECT_EQ(store.at("currency"), "EUR");
  EXPECT_EQ(store.at("has_token"), true);
  EXPECT_EQ(store.at("status"), "active");
  EXPECT_TRUE(store.at("error_message").is_null());
  EXPECT_TRUE(store.at("last_sync_at").is_null());
  ASSERT_EQ(stores_.connected.size(), 1U);
  const auto& wanted = stores_.connected.front();
  EXPECT_EQ(wanted.knowledge_base, base);
  EXPECT_EQ(wanted.token, "shpat_1");
  EXPECT_FALSE(wanted.schedule.is_automatic);
  EXPECT_EQ(wanted.schedule.interval_minutes, 60);
  EXPECT_EQ(wanted.scope.collections, std::vector<std::string>{"c1"});
  EXPECT_EQ(wanted.scope.states.size(), 2U);
}

TEST_F(StoreEndpoints, refuse_what_makes_no_store) {
  auto base = KnowledgeBaseId::make().to_string();
  auto with = [&base](const std::string& rest) {
    return R"({"kb_id":")" + base + "\"," + rest + "}";
  };
  for (const auto& body :
       {std::string("{}"), std::string(R"({"kb_id":"x","address":"a"})"), with(R"("kind":"feed2")"),
        with(R"("address":7)"), with(R"("kind":"shopify")"),
        with(R"("address":"a","interval_minutes":4)"), with(R"("address":"a","states":["gone"])"),
        with(R"("address":"a","collections":[1])")})
    EXPECT_EQ(send("POST", place() + "/stores", body).status, 422) << body;
  EXPECT_TRUE(stores_.connected.empty());
}

TEST_F(StoreEndpoints, change_only_what_is_said) {
  EXPECT_EQ(send("PUT", one(), R"({"interval_minutes":30})").status, 200);
  EXPECT_EQ(send("PUT", one(), R"({"states":["active"],"token":"t"})").status, 200);
  EXPECT_EQ(send("PUT", one(), R"({"interval_minutes":1})").status, 422);

  ASSERT_EQ(stores_.changes.size(), 2U);
  EXPECT_EQ(stores_.changes[0].schedule,
            (commerce::SyncSchedule{.is_automatic = true, .interval_minutes = 30}));
  EXPECT_FALSE(stores_.changes[0].scope || stores_.changes[0].token);
  EXPECT_EQ(stores_.changes[1].token, "t");
  EXPECT_FALSE(stores_.changes[1].schedule);
  ASSERT_TRUE(stores_.changes[1].scope);
  EXPECT_EQ(stores_.changes[1].scope->collections, std::vector<std::string>{"c1"});
}

TEST_F(StoreEndpoints, list_look_pause_and_remove) {
  auto listed = data(send("GET", place() + "/stores"));
  auto report = data(send("POST", one() + "/test"));
  auto collections = data(send("GET", one() + "/collections"));

  EXPECT_EQ(listed.at("total"), 1);
  EXPECT_EQ(listed.at("items").at(0).at("id").as_string(), id());
  EXPECT_EQ(report.at("reachable"), true);
  EXPECT_EQ(report.at("missing_scopes").at(0), "read_orders");
  EXPECT_TRUE(report.at("error").is_null());
  EXPECT_EQ(collections.at("items").at(0).at("title"), "Light");
  EXPECT_EQ(data(send("POST", one() + "/pause")).at("status"), "paused");
  EXPECT_EQ(data(send("POST", one() + "/resume")).at("status"), "active");
  EXPECT_EQ(send("DELETE", one()).status, 200);
  EXPECT_EQ(stores_.removals, 1);
}

TEST_F(StoreEndpoints, bring_an_owner_to_the_shop_and_back) {
  auto asked = data(send("POST", one() + "/oauth"));
  auto back = server_->send(
      {.target = "/api/shopify/oauth/callback?code=a%2Fb&hmac=12&state=s&shop=lamps.example"});
  auto stranger = server_->send({.target = "/api/shopify/oauth/callback?state=x"});

  EXPECT_TRUE(asked.at("url").as_string().starts_with("https://lamps.myshopify.com/"));
  EXPECT_EQ(back.status, 200);
  EXPECT_EQ(back.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(back.body.find("Lamps can now be read"), std::string::npos);
  EXPECT_EQ(stranger.status, 401);
  EXPECT_NE(stranger.body.find("The &lt;way&gt; back"), std::string::npos);
  ASSERT_EQ(stores_.queries.size(), 2U);
  EXPECT_EQ(stores_.queries.front(), "code=a%2Fb&hmac=12&state=s&shop=lamps.example");
}

TEST_F(StoreEndpoints, take_feeds_as_lists_and_as_json) {
  EXPECT_EQ(send("PUT", one() + "/feed", "id,title\n1,Lamp\n", "mine", "text/csv").status, 200);
  EXPECT_EQ(send("PUT", one() + "/feed", "[]").status, 200);
  EXPECT_EQ(send("PUT", one() + "/feed").status, 422);
  EXPECT_EQ(send("PUT", one() + "/feed", "x", "mine", "image/png").status, 415);

  EXPECT_EQ(stores_.feeds, (std::vector<std::string>{"id,title\n1,Lamp\n", "[]"}));
}

TEST_F(StoreEndpoints, start_a_sync_by_store_or_by_knowledge_base) {
  auto by_store = send("POST", place() + "/sync", R"({"store_id":")" + id() + "\"}");
  auto base = stores_.store.knowledge_base.to_string();
  auto by_base =
      send("POST", place() + "/sync", R"({"kb_id":")" + base + R"(","type":"manual_sync"})");

  EXPECT_EQ(by_store.status, 202) << by_store.body;
  EXPECT_EQ(data(by_store).at("type"), "full");
  EXPECT_EQ(data(by_base).at("type"), "manual_sync");
  EXPECT_EQ(data(by_base).at("kb_id").as_string(), base);
  EXPECT_TRUE(data(by_base).at("started_at").is_null());
  auto stranger = KnowledgeBaseId::make().to_string();
  EXPECT_EQ(send("POST", place() + "/sync", R"({"kb_id":")" + stranger + "\"}").status, 404);
  for (const auto& body :
       {std::string("{}"), R"({"store_id":")" + id() + R"(","kb_id":")" + base + "\"}",
        R"({"store_id":")" + id() + R"(","type":"all"})", std::string(R"({"store_id":"x"})")})
    EXPECT_EQ(send("POST", place() + "/sync", body).status, 422) << body;
}

TEST_F(StoreEndpoints, show_jobs_and_tell_how_far_they_are) {
  auto job = place() + "/jobs/" + syncs_.sync.id.to_string();
  auto listed = data(send("GET", place() + "/jobs?status=completed&store_id=" + id()));
  auto told = send("GET", job + "/events");

  EXPECT_EQ(listed.at("total"), 1);
  EXPECT_TRUE(listed.at("next_cursor").is_null());
  ASSERT_EQ(syncs_.filters.size(), 1U);
  EXPECT_EQ(syncs_.filters.front().status, commerce::SyncStatus::completed);
  EXPECT_EQ(syncs_.filters.front().store, stores_.store.id);
  EXPECT_EQ(send("GET", place() + "/jobs?status=lost").status, 422);
  EXPECT_EQ(told.header("content-type"), "text/event-stream");
  EXPECT_NE(told.body.find("event: status"), std::string::npos) << told.body;
  EXPECT_NE(told.body.find(R"("status":"processing")"), std::string::npos);
  EXPECT_NE(told.body.find(R"("status":"completed")"), std::string::npos);
  EXPECT_EQ(data(send("GET", job)).at("processed_products"), 2);
  EXPECT_EQ(data(send("POST", job + "/cancel")).at("status"), "cancelled");
}

TEST_F(StoreEndpoints, take_signed_events_of_anybody) {
  auto target = "/api/shopify/webhooks/" + id();
  auto deliver = [&](std::string to, std::string signature) {
    return server_->send({.method = "POST",
                          .target = std::move(to),
                          .headers = {"X-Shopify-Hmac-Sha256: " + std::move(signature)},
                          .body = R"({ "id": 7 })"});
  };

  EXPECT_EQ(deliver(target, "good").status, 200);
  EXPECT_EQ(deliver(target, "bad").status, 401);
  auto unknown = commerce::StoreId::make().to_string();
  EXPECT_EQ(deliver("/api/shopify/webhooks/" + unknown, "good").status, 404);
  EXPECT_EQ(deliver("/api/shopify/webhooks/x", "good").status, 404);
  auto large = server_->send(
      {.method = "POST", .target = target, .body = std::string(4 * 1024 * 1024 + 1, ' ')});
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(events_.bodies, (std::vector<std::string>{R"({ "id": 7 })"}));

  EXPECT_EQ(deliver("/api/shopify/webhooks", "good").status, 200);
  EXPECT_EQ(deliver("/api/shopify/webhooks", "bad").status, 401);
  EXPECT_EQ(events_.bodies.size(), 1U);
  EXPECT_EQ(events_.bodies_of_app, (std::vector<std::string>{R"({ "id": 7 })"}));
}

TEST_F(StoreEndpoints, are_for_administrators_of_their_tenant) {
  auto fill = [&](std::string text) {
    auto replace = [&text](std::string_view name, const std::string& value) {
      if (auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
    };
    replace(":tenantId", tenant_.to_string());
    replace(":storeId", id());
    replace(":jobId", syncs_.sync.id.to_string());
    return text;
  };
  auto elsewhere = [&](std::string text) {
    if (auto at = text.find(":tenantId"); at != std::string::npos)
      text.replace(at, 9, other_tenant_.to_string());
    return fill(std::move(text));
  };

  for (const auto& [method, pattern] : patterns_) {
    if (pattern.find(":tenantId") == std::string::npos) continue;
    bool has_body = method == "PUT" || pattern.ends_with("/sync");
    std::string body = !has_body ? "" : R"({"store_id":")" + id() + "\"}";
    EXPECT_EQ(send(method, fill(pattern), body, "manager").status, 403) << pattern;
    EXPECT_EQ(send(method, fill(pattern), body, "other").status, 403) << pattern;
    bool names_one = pattern.find(":storeId") != std::string::npos ||
                     pattern.find(":jobId") != std::string::npos || pattern.ends_with("/sync");
    if (names_one)
      EXPECT_EQ(send(method, elsewhere(pattern), body, "other").status, 404) << pattern;
  }
  EXPECT_EQ(stores_.removals, 0);
}

}  // namespace
}  // namespace aiva::http
