#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "faces/http/endpoints/api_keys.h"
#include "faces/http/endpoints/audit.h"
#include "faces/http/endpoints/auth.h"
#include "faces/http/endpoints/credits.h"
#include "faces/http/endpoints/tenants.h"
#include "faces/http/endpoints/users.h"
#include "faces/http/error_table.h"
#include "foundation/metrics.h"
#include "ports/testing/manual_clock.h"

namespace aiva::http {
namespace {

using identity::Permission;
using identity::PrincipalPointer;
using identity::Role;

struct Answer {
  int status = 0;
  json::Value body;

  [[nodiscard]] const json::Value& data() const { return body.at("data"); }
};

// The account routes over a real identity, called as the server calls them: the right of the route
// is checked, then its handler runs.
class AccountRoutes : public ::testing::Test {
 protected:
  AccountRoutes() {
    for (auto routes :
         {auth_routes(*identity_), user_routes(*identity_), tenant_routes(*identity_),
          api_key_routes(*identity_), audit_routes(*identity_), credit_routes(*billing_)})
      routes_.insert(routes_.end(), routes.begin(), routes.end());
  }

  struct Call {
    Method method = Method::get;
    std::string path{};  // the route's pattern
    std::string body{};
    PrincipalPointer as{};
    std::vector<std::pair<std::string, std::string>> query{};
    std::string id{};  // of the one path parameter
  };
  Answer call(const Call& call) {
    auto route = std::ranges::find_if(routes_, [&](const Route& candidate) {
      return candidate.method == call.method && candidate.path == call.path;
    });
    EXPECT_NE(route, routes_.end()) << call.path;
    if (route == routes_.end()) return {};
    if (!route->right.is_anyone() && call.as == nullptr) return {.status = 401};
    if (auto right = route->right.permission(); right && !call.as->may(*right))
      return {.status = 403};
    Request request{.method = call.method,
                    .path = call.path,
                    .query = call.query,
                    .body = call.body,
                    .client_address = "192.0.2.1",
                    .signed_in = call.as};
    if (auto colon = call.path.find(':'); colon != std::string::npos) {
      auto name = std::string_view(call.path).substr(colon + 1);
      request.path_parameters.emplace_back(name.substr(0, name.find('/')), call.id);
    }
    auto response = sync_wait(route->handler({}, request));
    if (!response) return {.status = http_status(response.error())};
    Answer answer{.status = response->status};
    if (!response->body.empty()) answer.body = json::parse(response->body).value();
    return answer;
  }

  PrincipalPointer sign_in(const std::string& email, Role role, TenantId tenant) {
    auto user = sync_wait(identity_->register_user({}, identity::operator_caller(),
                                                   {.email = email,
                                                    .password = "Correct horse 1",
                                                    .name = "Some One",
                                                    .tenant = tenant,
                                                    .role = role}));
    EXPECT_TRUE(user.has_value());
    auto answer = call({Method::post, "/api/auth/login", login_body(email)});
    EXPECT_EQ(answer.status, 200);
    return who(std::string(answer.data().at("token").as_string()));
  }
  PrincipalPointer who(const std::string& secret) {
    return sync_wait(identity_->authenticate({}, secret)).value_or(nullptr);
  }
  static std::string login_body(const std::string& email) {
    return R"({"email":")" + email + R"(","password":"Correct horse 1"})";
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  std::unique_ptr<billing::Billing> billing_ =
      billing::make_billing(*database_, clock_, {.is_enforced = true});
  std::vector<Route> routes_;
  TenantId tenant_ = database_.add_tenant("Acme");
  TenantId other_tenant_ = database_.add_tenant("Other");
};

TEST_F(AccountRoutes, sign_a_user_in_and_say_who_it_is) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);

  auto signed_in = call({Method::post, "/api/auth/login", login_body("Ann@Example.com")});
  auto me = call({Method::get, "/api/auth/me", {}, admin});

  const auto& data = signed_in.data();
  EXPECT_EQ(data.at("expires_at").as_string(), "2025-01-02T00:00:00.000Z");
  EXPECT_FALSE(data.at("refresh_token").as_string().empty());
  EXPECT_EQ(data.at("user").at("role").as_string(), "admin");
  EXPECT_EQ(data.at("user").at("tenant_id").as_string(), tenant_.to_string());
  EXPECT_FALSE(data.at("user").as_object().contains("password_hash"));
  EXPECT_EQ(me.data().at("email").as_string(), "ann@example.com");
}

TEST_F(AccountRoutes, refuse_wrong_credentials_and_bodies) {
  sign_in("ann@example.com", Role::admin, tenant_);

  EXPECT_EQ(call({Method::post, "/api/auth/login",
                  R"({"email":"ann@example.com","password":"Wrong horse 1"})"})
                .status,
            401);
  for (const auto* body : {"{}", "[]", R"({"email":1,"password":true})"})
    EXPECT_EQ(call({Method::post, "/api/auth/login", body}).status, 422) << body;
  EXPECT_EQ(call({Method::post, "/api/auth/refresh", R"({"refresh_token":"x"})"}).status, 401);
}

TEST_F(AccountRoutes, refresh_and_end_a_session) {
  sign_in("ann@example.com", Role::client, tenant_);
  auto first = call({Method::post, "/api/auth/login", login_body("ann@example.com")});
  auto refresh = std::string(first.data().at("refresh_token").as_string());

  auto second =
      call({Method::post, "/api/auth/refresh", R"({"refresh_token":")" + refresh + R"("})"});
  ASSERT_EQ(second.status, 200);
  auto token = std::string(second.data().at("token").as_string());
  auto logout = call({Method::post, "/api/auth/logout", {}, who(token)});

  EXPECT_EQ(logout.status, 200);
  EXPECT_EQ(who(token), nullptr);
}

TEST_F(AccountRoutes, register_only_where_it_is_allowed) {
  auto chief = sign_in("chief@example.com", Role::super_admin, tenant_);
  auto body =
      R"({"email":"new@example.com","password":"Correct horse 1","name":"New","tenant_id":")" +
      tenant_.to_string() + R"("})";

  EXPECT_EQ(call({Method::post, "/api/auth/register", body}).status, 403);
  EXPECT_EQ(call({Method::put,
                  "/api/tenants/:tenantId",
                  R"({"registration_enabled":true})",
                  chief,
                  {},
                  tenant_.to_string()})
                .status,
            200);
  auto first = call({Method::post, "/api/auth/register", body});
  auto again = call({Method::post, "/api/auth/register", body});

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(first.data().as_object().size(), again.data().as_object().size());
  EXPECT_EQ(call({Method::post, "/api/users", body, chief}).status, 409);
}

TEST_F(AccountRoutes, manage_users_of_the_own_tenant) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);

  auto made =
      call({Method::post, "/api/users",
            R"({"email":"b@x.com","password":"Correct horse 1","name":"B","role":"agent_manager"})",
            admin});
  ASSERT_EQ(made.status, 201);
  auto id = std::string(made.data().at("id").as_string());
  auto changed = call({Method::put, "/api/users/:userId", R"({"name":"C"})", admin, {}, id});
  auto listed = call({Method::get, "/api/users", {}, admin, {{"search", "b@x"}, {"limit", "10"}}});
  auto removed = call({Method::del, "/api/users/:userId", {}, admin, {}, id});
  auto seen = call({Method::get, "/api/users/:userId", {}, admin, {}, id});

  EXPECT_EQ(made.data().at("role").as_string(), "agent_manager");
  EXPECT_EQ(changed.data().at("name").as_string(), "C");
  EXPECT_EQ(listed.data().at("total").as_int64(), 1);
  EXPECT_EQ(listed.data().at("limit").as_int64(), 10);
  EXPECT_EQ(removed.status, 200);
  EXPECT_FALSE(seen.data().at("is_active").as_bool());
  EXPECT_EQ(call({Method::get, "/api/users", {}, admin, {{"role", "boss"}}}).status, 422);
}

TEST_F(AccountRoutes, do_not_know_users_of_other_tenants_however_wrong_the_body) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);
  auto id = sign_in("mal@example.com", Role::client, other_tenant_)->user.to_string();

  EXPECT_EQ(call({Method::get, "/api/users/:userId", {}, admin, {}, id}).status, 404);
  EXPECT_EQ(call({Method::put, "/api/users/:userId", R"({"role":"x"})", admin, {}, id}).status,
            404);
  EXPECT_EQ(call({Method::del, "/api/users/:userId", {}, admin, {}, id}).status, 404);
  EXPECT_EQ(call({Method::post, "/api/users/:userId/password", "{}", admin, {}, id}).status, 404);
  EXPECT_EQ(call({Method::get, "/api/users/:userId", {}, admin, {}, "x"}).status, 404);
}

TEST_F(AccountRoutes, let_users_change_their_own_password) {
  auto client = sign_in("ann@example.com", Role::client, tenant_);
  auto change = [&](const std::string& current) {
    return call({Method::post,
                 "/api/users/:userId/password",
                 R"({"new_password":"Another pass 1","current_password":")" + current + R"("})",
                 client,
                 {},
                 client->user.to_string()})
        .status;
  };

  EXPECT_EQ(change("Wrong horse 1"), 422);
  EXPECT_EQ(change("Correct horse 1"), 200);
  EXPECT_EQ(call({Method::post, "/api/auth/login", login_body("ann@example.com")}).status, 401);
}

TEST_F(AccountRoutes, manage_tenants_for_super_admins) {
  auto chief = sign_in("chief@example.com", Role::super_admin, tenant_);
  auto client = sign_in("ann@example.com", Role::client, tenant_);

  auto made = call({Method::post, "/api/tenants", R"({"name":"New","company_name":"N"})", chief});
  auto all = call({Method::get, "/api/tenants", {}, chief});
  auto own = call({Method::get, "/api/tenants", {}, client});

  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(all.data().at("total").as_int64(), 3);
  EXPECT_EQ(own.data().at("total").as_int64(), 1);
  EXPECT_EQ(call({Method::post, "/api/tenants", R"({"name":"New"})", chief}).status, 409);
  EXPECT_EQ(call({Method::post, "/api/tenants", R"({"name":"More"})", client}).status, 403);
  EXPECT_EQ(call({Method::get, "/api/tenants/:tenantId", {}, client, {}, other_tenant_.to_string()})
                .status,
            403);
}

TEST_F(AccountRoutes, show_an_api_key_once) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);

  auto made = call({Method::post, "/api/keys",
                    R"({"name":"bridge","scopes":["billing.read","search"],
                        "expires_at":"2030-01-31T00:00:00Z"})",
                    admin});
  ASSERT_EQ(made.status, 201);
  auto secret = std::string(made.data().at("key").as_string());
  auto key = who(secret);
  auto listed = call({Method::get, "/api/keys", {}, admin});
  auto id = std::string(made.data().at("id").as_string());

  ASSERT_NE(key, nullptr);
  EXPECT_EQ(call({Method::get, "/api/credits/balance", {}, key}).status, 200);
  EXPECT_EQ(call({Method::post, "/api/credits/deduct", R"({"amount":1})", key}).status, 403);
  EXPECT_EQ(call({Method::get, "/api/auth/me", {}, key}).status, 404);
  EXPECT_EQ(json::to_text(listed.body).find(secret), std::string::npos);
  EXPECT_EQ(listed.data().at("items").at(0).at("scopes").as_array().size(), 2U);
  EXPECT_EQ(call({Method::del, "/api/keys/:keyId", {}, admin, {}, id}).status, 200);
  EXPECT_EQ(who(secret), nullptr);
}

TEST_F(AccountRoutes, refuse_keys_that_make_no_sense) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);

  for (const auto* body :
       {R"({"name":"k"})", R"({"name":"k","scopes":[]})", R"({"name":"k","scopes":["root"]})",
        R"({"name":"k","scopes":[1]})", R"({"name":"","scopes":["search"]})",
        R"({"name":"k","scopes":["search"],"expires_at":"soon"})",
        R"({"name":"k","scopes":["search"],"expires_at":"2001-01-01T00:00:00Z"})"})
    EXPECT_EQ(call({Method::post, "/api/keys", body, admin}).status, 422) << body;
  EXPECT_EQ(call({Method::post, "/api/keys", R"({"name":"k","scopes":["tenants.manage"]})", admin})
                .status,
            403);
}

TEST_F(AccountRoutes, show_the_audit_log) {
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);

  auto logins = call({Method::get, "/api/audit-log", {}, admin, {{"action", "auth."}}});

  EXPECT_EQ(logins.data().at("total").as_int64(), 1);
  const auto& entry = logins.data().at("items").at(0);
  EXPECT_EQ(entry.at("action").as_string(), "auth.login");
  EXPECT_EQ(entry.at("actor").as_string(), "ann@example.com");
  EXPECT_EQ(entry.at("ip").as_string(), "192.0.2.1");
  EXPECT_TRUE(entry.at("details").is_object());
  EXPECT_EQ(call({Method::get, "/api/audit-log", {}, admin, {{"from", "yesterday"}}}).status, 422);
  EXPECT_EQ(
      call({Method::get, "/api/audit-log", {}, admin, {{"tenant_id", other_tenant_.to_string()}}})
          .status,
      403);
}

TEST_F(AccountRoutes, add_deduct_and_list_credits) {
  auto chief = sign_in("chief@example.com", Role::super_admin, other_tenant_);
  auto admin = sign_in("ann@example.com", Role::admin, tenant_);
  auto add = R"({"amount":1.5,"note":"gift","tenant_id":")" + tenant_.to_string() + R"("})";

  auto added = call({Method::post, "/api/credits/add", add, chief});
  auto first = call(
      {Method::post, "/api/credits/deduct", R"({"amount":0.25,"call_log_id":"call 1"})", admin});
  auto again = call(
      {Method::post, "/api/credits/deduct", R"({"amount":0.25,"call_log_id":"call 1"})", admin});
  auto history = call({Method::get, "/api/credits/history", {}, admin});

  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(first.data().at("balance_after").as_double(), 1.25);
  EXPECT_EQ(again.data().at("balance_after").as_double(), 1.25);
  EXPECT_EQ(history.data().at("total").as_int64(), 2);
  EXPECT_EQ(call({Method::post, "/api/credits/deduct", R"({"amount":2})", admin}).status, 402);
  EXPECT_EQ(call({Method::post, "/api/credits/add", add, admin}).status, 403);
  for (const auto* body : {"{}", R"({"amount":0})", R"({"amount":-1})", R"({"amount":"1"})"})
    EXPECT_EQ(call({Method::post, "/api/credits/deduct", body, admin}).status, 422) << body;
  EXPECT_EQ(call({Method::get,
                  "/api/credits/balance",
                  {},
                  admin,
                  {{"tenant_id", other_tenant_.to_string()}}})
                .status,
            403);
}

}  // namespace
}  // namespace aiva::http
