#include "faces/http/endpoints/agents.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "capabilities/agents/testing/agents_fixture.h"
#include "faces/http/endpoints/agent_instructions.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"
#include "ports/testing/fake_chat_model.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class AgentEndpoints : public agents::AgentsFixture {
 protected:
  void SetUp() override {
    AgentsFixture::SetUp();
    writer_ = agents::make_instruction_writer(
        {.database = *rows_, .knowledge = *knowledge_, .billing = *billing_, .model = &model_});
    no_writer_ = agents::make_instruction_writer(
        {.database = *rows_, .knowledge = *knowledge_, .billing = *billing_});
    restart(*writer_);
  }
  void TearDown() override { server_.reset(); }

  void restart(agents::InstructionWriter& writer, AgentRouteOptions options = {}) {
    auto routes = agent_routes(*agents_, std::move(options));
    for (auto& route : agent_instruction_routes(writer)) routes.push_back(std::move(route));
    server_ = std::make_unique<TestServer>(std::move(routes));
    auto add = [this](std::string secret, TenantId tenant, identity::Role role) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant,
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
    };
    add("mine", tenant_, identity::Role::agent_manager);
    add("other", other_tenant_, identity::Role::admin);
    add("viewer", tenant_, identity::Role::client);
  }

  RawResponse send(const std::string& method, const std::string& target, std::string body = "",
                   const std::string& who = "mine") {
    return server_->send({.method = method,
                          .target = target,
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body)});
  }
  static json::Value data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return json::Object();
    }
    return value->get_object().at("data");
  }
  std::string make(const std::string& body) {
    auto response = send("POST", "/api/agents", body);
    EXPECT_EQ(response.status, 201) << response.body;
    return "/api/agents/" + std::string(data(response).at("id").as_string());
  }

  FakeChatModel model_{"You are the front desk."};
  std::unique_ptr<agents::InstructionWriter> writer_;
  std::unique_ptr<agents::InstructionWriter> no_writer_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(AgentEndpoints, make_show_change_list_and_delete_an_agent) {
  auto base = make_base()->id.to_string();
  auto path = make(R"({"name":"Front desk","type":"support","kb_id":")" + base +
                   R"(","instructions":"Be kind.","chat_model":"gpt-4o-mini","is_active":false})");

  auto agent = data(send("GET", path));
  EXPECT_EQ(agent.at("slug"), "front-desk");
  EXPECT_EQ(agent.at("kb_id"), json::Value(base));
  EXPECT_EQ(agent.at("kb_ids"), json::Value(json::Array{json::Value(base)}));
  EXPECT_EQ(agent.at("model"), "gpt-4o-mini");
  EXPECT_EQ(agent.at("is_active"), false);
  EXPECT_TRUE(agent.at("published_version").is_null());

  auto changed = data(send("PUT", path,
                           R"({"is_active":true,"kb_id":null,"kb_ids":null,"chat_page_slug":"desk",
                               "chat_page_enabled":true,"widget_config":{"title":"Hi","x":1}})"));
  EXPECT_EQ(changed.at("slug"), "desk");
  EXPECT_TRUE(changed.at("kb_id").is_null());
  EXPECT_EQ(changed.at("widget_config").at("x"), 1);
  EXPECT_EQ(changed.at("instructions"), "Be kind.");

  make(R"({"name":"Other"})");
  EXPECT_EQ(data(send("GET", "/api/agents?is_active=true&type=support")).at("total"), 1);
  EXPECT_EQ(data(send("GET", "/api/agents?search=othe")).at("total"), 1);
  EXPECT_EQ(data(send("GET", "/api/agents", "", "viewer")).at("total"), 2);
  EXPECT_EQ(send("DELETE", path).status, 200);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(AgentEndpoints, take_back_whole_what_they_showed_and_what_older_clients_add) {
  auto path = make(R"({"name":"Desk","instructions":"one","use_flow_engine":true})");
  auto shown = data(send("GET", path)).as_object();
  shown["instructions"] = "two";
  shown["shopify_enabled"] = false;

  auto changed = send("PUT", path, json::to_text(shown));

  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(data(changed).at("instructions"), "two");
  EXPECT_EQ(data(changed).at("id"), shown.at("id"));
}

TEST_F(AgentEndpoints, publish_compare_and_roll_back_versions) {
  auto path = make(R"({"name":"Desk","instructions":"one","publish":true})");
  data(send("PUT", path, R"({"instructions":"two"})"));

  auto diff = data(send("GET", path + "/versions/2/diff"));
  EXPECT_EQ(diff.at("against"), 1);
  EXPECT_EQ(json::to_text(diff.at("differences")),
            R"([{"field":"instructions","before":"one","after":"two"}])");
  EXPECT_EQ(data(send("POST", path + "/publish")).at("published_version"), 2);
  EXPECT_EQ(data(send("POST", path + "/rollback")).at("published_version"), 1);
  EXPECT_EQ(data(send("POST", path + "/publish", R"({"version":2})")).at("published_version"), 2);
  auto versions = data(send("GET", path + "/versions"));
  EXPECT_EQ(versions.at("total"), 2);
  EXPECT_FALSE(versions.at("items").at(0).as_object().contains("settings"));
  EXPECT_EQ(data(send("GET", path + "/versions/1")).at("settings").at("instructions"), "one");
  for (const auto* version : {"0", "3", "x", "99999999999999999999"})
    EXPECT_EQ(send("GET", path + "/versions/" + version).status, 404) << version;
  EXPECT_EQ(send("GET", path + "/versions/1/diff?against=7").status, 404);
}

TEST_F(AgentEndpoints, refuse_what_is_wrong_and_who_may_not) {
  auto path = make(R"({"name":"Desk"})");

  EXPECT_EQ(send("POST", "/api/agents", R"({"name":5,"is_active":"yes"})").status, 422);
  EXPECT_EQ(send("POST", "/api/agents", R"({"name":"x","temperature":3})").status, 422);
  EXPECT_EQ(send("POST", "/api/agents", R"({"name":"x","slug":"desk"})").status, 409);
  EXPECT_EQ(send("POST", "/api/agents", R"([1])").status, 422);
  EXPECT_EQ(send("PUT", path, R"({"draft_version":9,"name":"y"})").status, 409);
  for (const auto* method : {"PUT", "DELETE"}) {
    auto body = std::string(method) == "PUT" ? R"({"name":"y"})" : "";
    EXPECT_EQ(send(method, path, body, "viewer").status, 403);
    EXPECT_EQ(send(method, path, body, "other").status, 404);
    EXPECT_EQ(send(method, path, body, "nobody").status, 401);
  }
}

TEST_F(AgentEndpoints, tell_how_to_put_an_agent_into_a_page) {
  auto path = make(R"({"name":"Desk","chat_page_enabled":true,"publish":true,
      "widget_config":{"allowed_origins":["https://shop.example"],"title":"<Ask>"}})");

  auto code = data(send("GET", path + "/embed-code"));
  EXPECT_EQ(code.at("page_url"), "http://test/aiva/chat/desk");
  EXPECT_EQ(code.at("is_available"), true);
  EXPECT_EQ(json::to_text(code.at("allowed_origins")), R"(["https://shop.example"])");

  restart(*writer_, {.public_url = "https://aiva.example"});
  code = data(send("GET", path + "/embed-code"));
  EXPECT_EQ(
      code.at("script"),
      R"(<script src="https://aiva.example/aiva/widget.js" data-agent="desk" async></script>)");
  EXPECT_TRUE(code.at("script_integrity").as_string().starts_with("sha256-"));
  EXPECT_TRUE(json::to_text(code.at("iframe")).contains("&lt;Ask&gt;"));
  EXPECT_EQ(code.at("call_page_url"), "");

  send("PUT", path, R"({"widget_config":{"allows_calls":true}})");
  code = data(send("GET", path + "/embed-code"));
  EXPECT_EQ(code.at("call_page_url"), "https://aiva.example/aiva/call/desk");
  EXPECT_TRUE(json::to_text(code).contains(R"(allow=\"microphone; autoplay\")"));
}

TEST_F(AgentEndpoints, have_a_model_write_instructions) {
  auto target = "/api/agents/generate-instructions";

  auto written = data(send("POST", target, R"({"description":"Answers guests"})"));
  EXPECT_EQ(written.at("instructions"), "You are the front desk.");
  EXPECT_EQ(send("POST", target, R"({"purpose":""})").status, 422);
  EXPECT_EQ(send("POST", target, R"({"purpose":"x"})", "viewer").status, 403);
  restart(*no_writer_);
  EXPECT_EQ(send("POST", target, R"({"purpose":"x"})").status, 503);
}

}  // namespace
}  // namespace aiva::http
