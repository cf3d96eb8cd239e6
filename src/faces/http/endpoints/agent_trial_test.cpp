#include "faces/http/endpoints/agent_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "capabilities/agents/testing/agents_fixture.h"
#include "faces/http/endpoints/openai_fixture.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AgentTrial : public agents::AgentsFixture {
 protected:
  void SetUp() override {
    AgentsFixture::SetUp();
    completions_.answer = cited_answer();
    completions_.deltas = {"Ten ", "days [1]."};
    server_ = std::make_unique<TestServer>(agent_trial_routes(*agents_, completions_));
    add("mine", tenant_, identity::Role::agent_manager);
    add("other", other_tenant_, identity::Role::admin);
    add("viewer", tenant_, identity::Role::client);
    agent_ = published("Be kind.");
  }
  void TearDown() override { server_.reset(); }

  void add(std::string secret, TenantId tenant, identity::Role role) {
    server_->authenticator.add(std::move(secret), {.tenant = tenant,
                                                   .user = UserId::make(),
                                                   .role = role,
                                                   .permissions = identity::permissions_of(role)});
  }
  RawResponse ask(std::string body, const std::string& who = "mine") {
    return server_->send({.method = "POST",
                          .target = "/api/agents/" + agent_.id.to_string() + "/test",
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body)});
  }

  PreparedCompletions completions_;
  std::unique_ptr<TestServer> server_;
  agents::Agent agent_;
};

TEST_F(AgentTrial, asks_the_draft_and_what_was_said_before) {
  update(agent_.id, instructions("Be brief.")).value();

  auto response = ask(R"({"message":"And now?","history":[{"role":"user","content":"Hello"},)"
                      R"({"role":"assistant","content":"Good morning."}]})");

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body, HasSubstr("Ten days [1]."));
  ASSERT_THAT(completions_.asked, SizeIs(1));
  const auto& asked = completions_.asked[0];
  ASSERT_NE(asked.trial, nullptr);
  EXPECT_EQ(asked.trial->settings.instructions, "Be brief.");
  EXPECT_EQ(asked.trial->version, 2);
  EXPECT_FALSE(asked.listener);
  ASSERT_THAT(asked.messages, SizeIs(3));
  EXPECT_EQ(asked.messages[1].role, ChatRole::assistant);
  EXPECT_EQ(asked.messages[2].content, "And now?");
}

TEST_F(AgentTrial, tries_settings_that_are_not_saved) {
  auto response = ask(
      R"({"message":"Hello","settings":{"instructions":"Be bold.","publish":true,"name":"New"}})");

  ASSERT_EQ(response.status, 200) << response.body;
  ASSERT_THAT(completions_.asked, SizeIs(1));
  EXPECT_EQ(completions_.asked[0].trial->settings.instructions, "Be bold.");
  EXPECT_EQ(completions_.asked[0].trial->name, "New");
  auto kept = sync_wait(agents_->get(context(), agent_.id)).value();
  EXPECT_EQ(kept.settings.instructions, "Be kind.");
  EXPECT_EQ(kept.name, "Front desk");
  EXPECT_EQ(kept.draft_version, 1);
}

TEST_F(AgentTrial, streams_as_turns_of_conversations_do) {
  auto response =
      ask(R"({"message":"Hello","stream":true,"settings":{"instructions":"Be bold."}})");

  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.header("Content-Type"), "text/event-stream");
  EXPECT_THAT(response.body, HasSubstr("event: sources"));
  EXPECT_THAT(response.body, HasSubstr(R"(data: {"text":"Ten "})"));
  EXPECT_THAT(response.body, HasSubstr("event: done"));
  EXPECT_EQ(completions_.asked.at(0).trial->settings.instructions, "Be bold.");
  EXPECT_THAT(completions_.tenants, ElementsAre(tenant_));
}

TEST_F(AgentTrial, tells_a_failure_amid_the_stream) {
  completions_.failure = Error{.code = ErrorCode::unavailable, .message = "The model is down"};

  auto response = ask(R"({"message":"Hello","stream":true})");

  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("event: error"));
  EXPECT_THAT(response.body, HasSubstr("The model is down"));
}

TEST_F(AgentTrial, refuses_what_saving_refuses_before_anything_is_asked) {
  auto warm = ask(R"({"message":"Hello","stream":true,"settings":{"temperature":9}})");
  auto base = ask(R"({"message":"Hello","settings":{"kb_ids":[")" +
                  KnowledgeBaseId::make().to_string() + R"("]}})");
  auto list = ask(R"({"message":"Hello","settings":[]})");

  EXPECT_EQ(warm.status, 422);
  EXPECT_THAT(warm.body, HasSubstr("temperature"));
  EXPECT_EQ(base.status, 422);
  EXPECT_THAT(base.body, HasSubstr("kb_ids"));
  EXPECT_EQ(list.status, 422);
  EXPECT_THAT(list.body, HasSubstr("settings"));
  EXPECT_THAT(completions_.asked, IsEmpty());
}

TEST_F(AgentTrial, is_for_those_who_may_change_the_agent) {
  EXPECT_EQ(ask(R"({"message":"Hello"})", "viewer").status, 403);
  EXPECT_EQ(ask(R"({"message":"Hello"})", "other").status, 404);
  EXPECT_THAT(completions_.asked, IsEmpty());
}

}  // namespace
}  // namespace aiva::http
