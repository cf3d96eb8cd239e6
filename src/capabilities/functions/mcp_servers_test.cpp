#include "capabilities/functions/mcp_servers.h"

#include <gtest/gtest.h>

#include "capabilities/functions/testing/functions_fixture.h"

namespace aiva::functions {
namespace {

class McpServersOf : public FunctionsFixture {
 protected:
  void SetUp() override {
    FunctionsFixture::SetUp();
    tool_servers_.tools = {{.name = "find", .description = "Finds\ncontacts"},
                           {.name = "delete all"},
                           {.name = "odd", .input_schema = R"({"type":"array"})"}};
  }
  McpServers& servers() { return functions_->mcp_servers(); }
  static McpServerSettings crm() { return {.name = "crm", .url = "https://crm.example/mcp"}; }
  McpServer add(McpServerSettings settings) {
    auto made = sync_wait(servers().create(context(), {}, agent_, std::move(settings)));
    if (!made) ADD_FAILURE() << made.error().message;
    return made.value_or(McpServer{});
  }
  std::string names() {
    std::string names;
    for (const auto& tool : *sync_wait(functions_->tools().tools_of(context(), agent_)))
      names += tool.name + " ";
    return names;
  }
};

TEST_F(McpServersOf, are_asked_for_their_tools_when_they_are_added) {
  auto made = add(crm());

  EXPECT_EQ(made.tools.size(), 3U);
  EXPECT_TRUE(made.listed_at.has_value());
  EXPECT_EQ(names(), "crm_find crm_delete_all crm_odd ");
  auto tools = *sync_wait(functions_->tools().tools_of(context(), agent_));
  EXPECT_TRUE(tools[0].description.starts_with("Tool of the external server crm."));
  EXPECT_EQ(tools[2].parameters, R"({"type":"object"})");
}

TEST_F(McpServersOf, stay_when_they_cannot_be_reached) {
  tool_servers_.failure = Error{.code = ErrorCode::unavailable, .message = "Not there"};
  auto made = add(crm());
  EXPECT_EQ(made.last_error, "Not there");
  EXPECT_EQ(names(), "");

  tool_servers_.failure.reset();
  auto refreshed = sync_wait(servers().refresh(context(), agent_, made.id));
  EXPECT_EQ(refreshed->last_error, "");
  EXPECT_EQ(names(), "crm_find crm_delete_all crm_odd ");
}

TEST_F(McpServersOf, offer_what_is_allowed) {
  auto settings = crm();
  settings.allowed_tools = {{"find"}};
  auto made = add(settings);
  EXPECT_EQ(names(), "crm_find ");

  auto change = [](McpServerSettings& changed) -> Result<void> {
    changed.is_active = false;
    return {};
  };
  ASSERT_TRUE(sync_wait(servers().change(context(), {}, agent_, made.id, change)).has_value());
  EXPECT_EQ(names(), "");
  ASSERT_TRUE(sync_wait(servers().remove(context(), {}, agent_, made.id)).has_value());
  EXPECT_TRUE(sync_wait(servers().list(context(), agent_))->empty());
}

TEST_F(McpServersOf, are_called_with_their_secrets_and_logged_without) {
  put_secret("TOKEN", "t0ken of the crm");
  auto settings = crm();
  settings.headers = {{"Authorization", "Bearer {secret:TOKEN}"}};
  add(settings);
  tool_servers_.answer = {.text = "I was asked with t0ken of the crm"};

  auto outcome = call("crm_delete_all", R"({"sure":true})");

  EXPECT_FALSE(outcome.is_error);
  EXPECT_EQ(outcome.result, "I was asked with [secret]");
  EXPECT_EQ(tool_servers_.calls.front().name, "delete all");
  EXPECT_EQ(tool_servers_.calls.front().arguments, R"({"sure":true})");
  EXPECT_EQ(tool_servers_.asked.back().headers.front().value, "Bearer t0ken of the crm");
  EXPECT_EQ(calls().front().function_name, "crm_delete_all");
  EXPECT_EQ(calls().front().result, "I was asked with [secret]");
}

TEST_F(McpServersOf, fail_for_the_model_to_read) {
  add(crm());

  EXPECT_TRUE(call("crm_find", "[1]").is_error);
  tool_servers_.failure = Error{.code = ErrorCode::timeout, .message = "late"};
  auto late = call("crm_find", "{}");
  EXPECT_TRUE(late.is_error);
  EXPECT_EQ(late.result, "The service did not answer in time");
  tool_servers_.failure.reset();
  tool_servers_.answer = {.text = "no such contact", .is_error = true};
  EXPECT_TRUE(call("crm_find", "").is_error);
  EXPECT_EQ(calls({.status = CallStatus::failed}).size(), 3U);
}

TEST_F(McpServersOf, are_asked_again_in_time_and_when_they_say_so) {
  add(crm());
  EXPECT_EQ(sync_wait(servers().refresh_stale({})), 0);

  tool_servers_.has_changed = true;
  tool_servers_.tools = {{.name = "search"}};
  call("crm_find", "{}");
  EXPECT_EQ(sync_wait(servers().refresh_stale({})), 1);
  EXPECT_EQ(names(), "crm_search ");

  clock_.advance(std::chrono::minutes(11));
  EXPECT_EQ(sync_wait(servers().refresh_stale({})), 1);
  EXPECT_EQ(sync_wait(servers().refresh_stale({})), 0);
}

TEST_F(McpServersOf, name_each_wrong_field) {
  auto fields = [this](McpServerSettings settings) {
    auto made = sync_wait(servers().create(context(), {}, agent_, std::move(settings)));
    std::set<std::string> fields;
    if (!made)
      for (const auto& detail : made.error().details) fields.insert(detail.field);
    return fields;
  };
  using Fields = std::set<std::string>;

  EXPECT_EQ(fields({.name = std::string(40, 'x'), .url = "https://a.example/"}), Fields{"name"});
  EXPECT_EQ(fields({.name = "a", .url = "ftp://a"}), Fields{"url"});
  EXPECT_EQ(fields({.name = "a", .url = "https://a.example/{x}"}), Fields{"url"});
  EXPECT_EQ(fields({.name = "a", .url = "http://a.example/{secret:K}"}), Fields{"url"});
  EXPECT_EQ(fields({.name = "a", .url = "https://a.example/", .headers = {{"Accept", "x"}}}),
            Fields{"headers.Accept"});
  EXPECT_EQ(fields({.name = "a", .url = "https://a.example/", .timeout_ms = 1}),
            Fields{"timeout_ms"});
  EXPECT_EQ(fields({.name = "a", .url = "https://a.example/", .allowed_tools = {{""}}}),
            Fields{"allowed_tools"});
}

TEST_F(McpServersOf, do_not_exist_for_other_tenants) {
  auto made = add(crm());
  CallContext stranger{.tenant = TenantId::make()};

  EXPECT_EQ(sync_wait(servers().get(stranger, agent_, made.id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(servers().list(stranger, agent_)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(servers().refresh(stranger, agent_, made.id)).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(servers().remove(stranger, {}, agent_, made.id)).error().code,
            ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::functions
