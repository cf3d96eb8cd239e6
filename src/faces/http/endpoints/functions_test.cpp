#include "faces/http/endpoints/functions.h"

#include <gtest/gtest.h>

#include <string>

#include "capabilities/functions/testing/functions_fixture.h"
#include "faces/http/endpoints/secrets.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class FunctionEndpoints : public functions::FunctionsFixture {
 protected:
  void SetUp() override {
    FunctionsFixture::SetUp();
    auto routes = function_routes(*functions_);
    for (auto& route : secret_routes(*secrets_)) routes.push_back(std::move(route));
    server_ = std::make_unique<TestServer>(std::move(routes));
    add("mine", tenant_, identity::permissions_of(identity::Role::agent_manager));
    add("viewer", tenant_, identity::permissions_of(identity::Role::client));
    add("other", TenantId::make(), identity::permissions_of(identity::Role::admin));
    add("bridge", tenant_, {identity::Permission::functions_execute});
    path_ = "/api/agents/" + agent_.to_string() + "/functions";
  }
  void TearDown() override { server_.reset(); }

  void add(std::string secret, TenantId tenant, identity::PermissionSet permissions) {
    server_->authenticator.add(std::move(secret), {.tenant = tenant, .permissions = permissions});
  }
  RawResponse send(std::string method, std::string target, std::string body = {},
                   const std::string& who = "mine") {
    return server_->send({.method = std::move(method),
                          .target = std::move(target),
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body)});
  }
  static json::Object data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object().at("data").get_object();
  }
  // The fields an answer complains about.
  static std::string complaints(const RawResponse& response) {
    EXPECT_EQ(response.status, 422) << response.body;
    std::string fields;
    auto value = json::parse(response.body);
    const auto& error = value->get_object().at("error").get_object();
    for (const auto& detail : error.at("details").get_array())
      fields.append(detail.get_object().at("field").get_string().c_str()).append(" ");
    return fields;
  }
  std::string create_weather() {
    auto made = send("POST", path_, R"({"name":"weather","api_method":"GET",
        "api_endpoint":"https://api.example/{city}","parameters":{"type":"object",
        "required":["city"],"properties":{"city":{"type":"string"}}}})");
    EXPECT_EQ(made.status, 201) << made.body;
    return data(made).at("id").get_string().c_str();
  }

  std::string path_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(FunctionEndpoints, make_show_change_and_remove_a_function) {
  auto id = create_weather();

  auto shown = data(send("GET", path_ + "/" + id));
  EXPECT_EQ(shown.at("handler_type"), "api");
  EXPECT_EQ(shown.at("timeout_ms"), 30'000);
  EXPECT_EQ(shown.at("parameters").get_object().at("required").get_array().size(), 1U);
  EXPECT_TRUE(shown.at("api_body").is_null());
  auto changed = data(send("PUT", path_ + "/" + id,
                           R"({"api_method":"POST","api_body":{"q":"{city}"},"retries":0,
                               "api_headers":{"X-A":"b"},"response_mapping":"/x"})"));
  EXPECT_EQ(changed.at("name"), "weather");
  EXPECT_EQ(changed.at("api_body"), (json::Object{{"q", "{city}"}}));
  EXPECT_EQ(changed.at("response_mapping"), "/x");
  auto cleared = data(send("PUT", path_ + "/" + id, R"({"api_body":null})"));
  EXPECT_TRUE(cleared.at("api_body").is_null());
  EXPECT_EQ(cleared.at("api_headers").get_object().at("X-A"), "b");
  EXPECT_EQ(data(send("GET", path_)).at("total"), 1);
  EXPECT_EQ(send("DELETE", path_ + "/" + id).status, 200);
  EXPECT_EQ(send("GET", path_ + "/" + id).status, 404);
}

TEST_F(FunctionEndpoints, refuse_what_would_be_unsafe_or_wrong) {
  EXPECT_EQ(complaints(send("POST", path_, R"({"name":"a","handler_type":"inline",
      "api_endpoint":"https://a.example/","skip_ssl_verify":true})")),
            "handler_type skip_ssl_verify ");
  EXPECT_EQ(complaints(send("POST", path_, R"({"name":"a b","api_endpoint":"x","timeout_ms":1})")),
            "name timeout_ms api_endpoint ");
  EXPECT_EQ(complaints(send("POST", path_, R"({"name":1,"parameters":[],"api_headers":{"a":1}})")),
            "name parameters api_headers.a ");
  auto id = create_weather();
  EXPECT_EQ(send("POST", path_, R"({"name":"weather","api_endpoint":"https://a.example/"})").status,
            409);
  EXPECT_EQ(complaints(send("PUT", path_ + "/" + id, R"({"execution_mode":"later"})")),
            "execution_mode ");
}

TEST_F(FunctionEndpoints, try_one_out_and_show_the_call) {
  auto id = create_weather();

  auto outcome = data(send("POST", path_ + "/" + id + "/test", R"({"arguments":{"city":"a b"}})"));
  EXPECT_EQ(outcome.at("result"), R"({"ok":true})");
  EXPECT_EQ(outcome.at("is_error"), false);
  auto wrong = data(send("POST", path_ + "/" + id + "/test", "{}"));
  EXPECT_EQ(wrong.at("is_error"), true);

  auto calls = "/api/agents/" + agent_.to_string() + "/function-calls";
  auto page = data(send("GET", calls + "?limit=1"));
  ASSERT_EQ(page.at("items").get_array().size(), 1U);
  EXPECT_EQ(page.at("items").get_array().front().get_object().at("status"), "failed");
  std::string cursor = page.at("next_cursor").get_string().c_str();
  auto rest = data(send("GET", calls + "?cursor=" + cursor));
  ASSERT_EQ(rest.at("items").get_array().size(), 1U);
  EXPECT_TRUE(rest.at("next_cursor").is_null());
  std::string call =
      rest.at("items").get_array().front().get_object().at("id").get_string().c_str();
  EXPECT_EQ(data(send("GET", calls + "/" + call)).at("http_status"), 200);
  EXPECT_EQ(send("GET", calls + "?status=odd").status, 422);
  EXPECT_EQ(send("GET", calls + "?cursor=odd").status, 422);
}

TEST_F(FunctionEndpoints, let_bridges_call_by_name) {
  create_weather();
  auto body = [this](const std::string& name) {
    return R"({"agent_id":")" + agent_.to_string() + R"(","function_name":")" + name +
           R"(","arguments":{"city":"x"}})";
  };
  const std::string path = "/api/internal/functions/execute";

  auto outcome = data(server_->send({.method = "POST",
                                     .target = path,
                                     .headers = {"X-Internal-Token: bridge"},
                                     .body = body("weather")}));
  EXPECT_EQ(outcome.at("result"), R"({"ok":true})");
  EXPECT_EQ(data(send("POST", path, body("none"), "bridge")).at("is_error"), true);
  EXPECT_EQ(send("POST", path, body("weather"), "viewer").status, 403);
  EXPECT_EQ(send("POST", path, body("weather"), "other").status, 404);
  EXPECT_EQ(send("POST", path, R"({"agent_id":"x"})", "bridge").status, 422);
}

TEST_F(FunctionEndpoints, keep_tenants_and_roles_apart) {
  auto id = create_weather();
  const std::string one = path_ + "/" + id;

  EXPECT_EQ(send("GET", one, "", "viewer").status, 200);
  EXPECT_EQ(send("PUT", one, "{}", "viewer").status, 403);
  EXPECT_EQ(send("GET", "/api/secrets", "", "viewer").status, 403);
  for (const auto* method : {"GET", "DELETE"})
    EXPECT_EQ(send(method, one, "", "other").status, 404) << method;
  EXPECT_EQ(send("PUT", one, R"({"name":"x"})", "other").status, 404);
  EXPECT_EQ(send("POST", path_, R"({"name":"x"})", "other").status, 404);
  EXPECT_EQ(send("POST", one + "/test", "{}", "other").status, 404);
}

TEST_F(FunctionEndpoints, take_secrets_and_never_show_them) {
  auto put = send("POST", "/api/secrets", R"({"name":"KEY","value":"very secret value 77"})");

  EXPECT_EQ(put.status, 201);
  EXPECT_EQ(put.body.find("very secret"), std::string::npos);
  auto list = send("GET", "/api/secrets");
  EXPECT_EQ(list.body.find("very secret"), std::string::npos);
  EXPECT_EQ(data(list).at("items").get_array().front().get_object().at("hint"), "e 77");
  EXPECT_EQ(send("DELETE", "/api/secrets/KEY", "", "other").status, 404);
  EXPECT_EQ(send("DELETE", "/api/secrets/KEY").status, 200);
  EXPECT_EQ(complaints(send("POST", "/api/secrets", R"({"name":"a b","value":"x"})")), "name ");
}

}  // namespace
}  // namespace aiva::http
