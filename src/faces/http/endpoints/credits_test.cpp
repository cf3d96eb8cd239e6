#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/test_database/test_database.h"
#include "faces/http/endpoints/credit_budgets.h"
#include "faces/http/endpoints/credit_usage.h"
#include "faces/http/endpoints/credits.h"
#include "faces/http/error_table.h"
#include "foundation/json.h"
#include "ports/testing/manual_clock.h"

namespace aiva::http {
namespace {

using identity::Permission;
using Query = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  std::string text;
  std::vector<Header> headers;

  [[nodiscard]] json::Value data() const { return json::parse(text).value().at("data"); }
};

// The credit routes over a real ledger, called by an administrator of one of two tenants.
class CreditRoutes : public ::testing::Test {
 protected:
  CreditRoutes() {
    for (auto routes : {credit_routes(*billing_), credit_budget_routes(billing_->budgets()),
                        credit_usage_routes(billing_->usage(), clock_)})
      routes_.insert(routes_.end(), routes.begin(), routes.end());
  }

  Answer call(Method method, std::string_view path, std::string body = {}, Query query = {},
              std::string id = {}, bool is_stranger = false, std::string key = {}) {
    auto route = std::ranges::find_if(routes_, [&](const Route& candidate) {
      return candidate.method == method && candidate.path == path;
    });
    EXPECT_NE(route, routes_.end()) << path;
    identity::Principal principal{
        .tenant = is_stranger ? stranger_ : tenant_,
        .permissions = {Permission::billing_read, Permission::billing_write}};
    Request request{.method = method,
                    .path = std::string(path),
                    .query = std::move(query),
                    .body = std::move(body),
                    .signed_in = std::make_shared<identity::Principal>(principal)};
    if (!key.empty()) request.headers.push_back({"Idempotency-Key", std::move(key)});
    if (!id.empty()) request.path_parameters.emplace_back("budgetId", id);
    auto response = sync_wait(route->handler({.tenant = principal.tenant}, request));
    if (!response) return {.status = http_status(response.error()), .text = {}, .headers = {}};
    return {response->status, response->body, response->headers};
  }
  void use(std::string operation, billing::MicroUsd base, std::string model = "") {
    billing::Charge charge{.operation = std::move(operation),
                           .reference = std::to_string(++count_),
                           .base = base,
                           .model = std::move(model)};
    auto body = [&](SqlSession& sql) { return billing_->charge(sql, tenant_, charge); };
    ASSERT_TRUE(sync_wait(write(*database_, {}, body)));
  }

  TestDatabase database_;
  ManualClock clock_;
  TenantId tenant_ = database_.add_tenant();
  TenantId stranger_ = database_.add_tenant("Stranger");
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::vector<Route> routes_;
  int count_ = 0;
};

TEST_F(CreditRoutes, walk_the_history_by_cursor_without_missing_or_repeating) {
  for (int i = 0; i < 7; ++i) use("search", 100);
  auto first = call(Method::get, "/api/credits/history", {}, {{"limit", "3"}});
  EXPECT_EQ(first.data().at("total").as_int64(), 7);
  std::vector<std::string> references;
  auto page = first.data();
  for (int pages = 0; pages < 10; ++pages) {
    for (const auto& item : page.at("items").as_array())
      references.emplace_back(item.at("reference").as_string());
    if (page.at("next_cursor").is_null()) break;
    auto cursor = std::string(page.at("next_cursor").as_string());
    use("chat", 100);
    page =
        call(Method::get, "/api/credits/history", {}, {{"limit", "3"}, {"cursor", cursor}}).data();
  }

  EXPECT_EQ(references, (std::vector<std::string>{"7", "6", "5", "4", "3", "2", "1"}));
}

TEST_F(CreditRoutes, add_and_take_once_for_each_key_and_body) {
  auto post = [this](std::string_view path, std::string body, std::string key) {
    return call(Method::post, path, std::move(body), {}, {}, false, std::move(key)).status;
  };
  for (const auto* key : {"k1", "k1", "k2", "", ""})
    EXPECT_EQ(post("/api/credits/add", R"({"amount":10})", key), 201);
  EXPECT_EQ(post("/api/credits/add", R"({"amount":20})", "k1"), 201);
  for (const auto* key : {"k1", "k1", "k2"})
    EXPECT_EQ(post("/api/credits/deduct", R"({"amount":1})", key), 200);

  auto balance = call(Method::get, "/api/credits/balance").data();

  EXPECT_EQ(balance.at("balance").to_number<double>(), 58);
}

TEST_F(CreditRoutes, refuse_cursors_we_never_gave) {
  for (const auto* cursor : {"x", "MQ", "YmVmb3JlOg", "YmVmb3JlOi0x", "YmVmb3JlOjF4", "%00"})
    EXPECT_EQ(call(Method::get, "/api/credits/history", {}, {{"cursor", cursor}}).status, 422)
        << cursor;
}

TEST_F(CreditRoutes, report_use_as_json_and_as_csv) {
  use("search", 1000);
  use("chat", 5000, "=cmd(\"x\"),1");
  clock_.advance(std::chrono::days(1));
  use("search", 1000);
  Query by_all{{"group_by", "day,operation,model"}, {"from", "2025-01-01"}, {"to", "2025-01-02"}};

  auto as_json = call(Method::get, "/api/credits/usage", {}, by_all);
  by_all.emplace_back("format", "csv");
  auto as_csv = call(Method::get, "/api/credits/usage", {}, by_all);

  auto data = as_json.data();
  ASSERT_EQ(data.at("items").as_array().size(), 3U);
  EXPECT_EQ(data.at("items").at(1).at("day").as_string(), "2025-01-01");
  EXPECT_EQ(data.at("items").at(1).at("operation_type").as_string(), "search");
  EXPECT_FALSE(data.at("items").at(1).as_object().contains("agent_id"));
  EXPECT_EQ(data.at("total_amount").as_double(), 0.0084);
  EXPECT_EQ(as_csv.text,
            "day,operation_type,model,charges,refunds,base_usd,margin_usd,amount_usd\r\n"
            "2025-01-01,chat,\"'=cmd(\"\"x\"\"),1\",1,0,0.005000,0.001000,0.006000\r\n"
            "2025-01-01,search,,1,0,0.001000,0.000200,0.001200\r\n"
            "2025-01-02,search,,1,0,0.001000,0.000200,0.001200\r\n");
  EXPECT_EQ(as_csv.headers.at(0).value, "attachment; filename=\"usage-2025-01-01-2025-01-02.csv\"");
}

TEST_F(CreditRoutes, refuse_reports_that_cannot_be) {
  std::vector<Query> wrong{{{"from", "yesterday"}},
                           {{"from", "2025-02-30"}},
                           {{"from", "2020-01-01"}, {"to", "2025-01-01"}},
                           {{"from", "2025-01-02"}, {"to", "2025-01-01"}},
                           {{"group_by", "day,weather"}},
                           {{"format", "xml"}},
                           {{"tenant_id", "x"}}};
  for (const auto& query : wrong)
    EXPECT_EQ(call(Method::get, "/api/credits/usage", {}, query).status, 422)
        << query[0].first << "=" << query[0].second;
  EXPECT_EQ(
      call(Method::get, "/api/credits/usage", {}, {{"tenant_id", stranger_.to_string()}}).status,
      403);
}

TEST_F(CreditRoutes, keep_budgets) {
  use("search", 500'000);
  auto made = call(Method::post, "/api/credits/budgets",
                   R"({"amount":2.5,"alert_percents":[50,100],"is_hard":true})");
  ASSERT_EQ(made.status, 201);
  auto id = std::string(made.data().at("id").as_string());
  constexpr std::string_view one = "/api/credits/budgets/:budgetId";

  auto changed = call(Method::put, one, R"({"amount":3})", {}, id);
  auto listed = call(Method::get, "/api/credits/budgets");

  EXPECT_EQ(made.data().at("spent").as_double(), 0.6);
  EXPECT_EQ(made.data().at("period").as_string(), "month");
  EXPECT_EQ(changed.data().at("amount").to_number<double>(), 3.0);
  EXPECT_TRUE(changed.data().at("is_hard").as_bool());
  EXPECT_EQ(listed.data().at("total").as_int64(), 1);
  EXPECT_EQ(call(Method::post, "/api/credits/budgets", R"({"amount":1})").status, 409);
  EXPECT_EQ(call(Method::get, one, {}, {}, id, true).status, 404);
  EXPECT_EQ(call(Method::put, one, R"({"amount":1})", {}, id, true).status, 404);
  EXPECT_EQ(call(Method::del, one, {}, {}, id, true).status, 404);
  EXPECT_EQ(call(Method::del, one, {}, {}, id).status, 200);
  EXPECT_EQ(call(Method::get, one, {}, {}, id).status, 404);
}

TEST_F(CreditRoutes, refuse_budgets_that_make_no_sense) {
  for (const auto* body :
       {R"({})", R"({"amount":0})", R"({"amount":1,"scope":"moon"})",
        R"({"amount":1,"scope":"key"})", R"({"amount":1,"period":"year"})",
        R"({"amount":1,"alert_percents":[50,"x"]})", R"({"amount":1,"alert_percents":5})",
        R"({"amount":1,"alert_percents":[80,50]})",
        R"({"amount":1,"subject_id":"0190b0f0-0000-7000-8000-000000000001"})"})
    EXPECT_EQ(call(Method::post, "/api/credits/budgets", body).status, 422) << body;
}

TEST_F(CreditRoutes, tell_alerts_of_budgets_and_of_a_low_balance) {
  ASSERT_TRUE(sync_wait(billing_->add({}, tenant_, 2'000'000, "")));
  EXPECT_EQ(call(Method::put, "/api/credits/low-balance", R"({"amount":1.5})").status, 200);
  ASSERT_EQ(call(Method::post, "/api/credits/budgets", R"({"amount":0.5})").status, 201);
  use("chat", 500'000);

  auto alerts = call(Method::get, "/api/credits/alerts", {}, {{"limit", "1"}}).data();
  auto cursor = std::string(alerts.at("next_cursor").as_string());
  auto rest = call(Method::get, "/api/credits/alerts", {}, {{"cursor", cursor}}).data();

  EXPECT_EQ(alerts.at("items").at(0).at("type").as_string(), "low_balance");
  EXPECT_EQ(alerts.at("items").at(0).at("amount").as_double(), 1.4);
  EXPECT_EQ(rest.at("items").at(0).at("percent").as_int64(), 100);
  EXPECT_TRUE(rest.at("next_cursor").is_null());
  EXPECT_TRUE(call(Method::get, "/api/credits/alerts", {}, {}, {}, true)
                  .data()
                  .at("items")
                  .as_array()
                  .empty());
  EXPECT_EQ(call(Method::get, "/api/credits/low-balance").data().at("amount").as_double(), 1.5);
  EXPECT_EQ(call(Method::del, "/api/credits/low-balance").status, 200);
  EXPECT_TRUE(call(Method::get, "/api/credits/low-balance").data().at("amount").is_null());
}

}  // namespace
}  // namespace aiva::http
