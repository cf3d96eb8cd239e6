#include "capabilities/chat/call_tools.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CallToolsTest : public ChatFixture {
 protected:
  agents::ActiveAgentPointer agent() {
    return std::make_shared<agents::ActiveAgent>(agents_.agent);
  }
  std::vector<std::string> offered() {
    std::vector<std::string> names;
    auto definitions = sync_wait(call_tools_->offered(context(), agent()));
    EXPECT_TRUE(definitions.has_value());
    for (const auto& definition : definitions.value_or(std::vector<ToolDefinition>{}))
      names.push_back(definition.name);
    return names;
  }
  ToolAnswer call(std::vector<ToolCall> calls) {
    auto answer =
        sync_wait(call_tools_->call(context(), {.agent = agent(), .calls = std::move(calls)}));
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(ToolAnswer{});
  }
  billing::MicroUsd spent() { return -sync_wait(billing_->balance({}, tenant_))->balance; }

  std::unique_ptr<CallTools> call_tools_ = make_call_tools(parts(), {});
};

TEST_F(CallToolsTest, offer_what_a_voice_can_use) {
  tools_.definitions = {{.name = "find_order"}};
  EXPECT_THAT(offered(),
              ElementsAre("search_knowledge", "end_conversation", "transfer_call", "find_order"));

  agent_settings().search_mode = "never";
  agent_settings().conversation = R"({"tools":["transfer_call"]})";
  EXPECT_THAT(offered(), ElementsAre("transfer_call", "find_order"));

  agent_settings().conversation = R"({"tool_rounds":0})";
  EXPECT_THAT(offered(), ElementsAre());
}

TEST_F(CallToolsTest, answer_each_call_as_data_and_charge_a_search_once) {
  tools_.definitions = {{.name = "find_order"}};
  auto answer = call({{"1", "search_knowledge", R"({"query":"When are refunds paid?"})"},
                      {"2", "find_order", R"({"number":7})"},
                      {"3", "nobody", "{}"},
                      {"4", "search_knowledge", "nonsense"}});

  ASSERT_EQ(answer.outcomes.size(), 4U);
  EXPECT_THAT(answer.outcomes[0].result, HasSubstr("paid within 14 days"));
  EXPECT_FALSE(answer.outcomes[1].is_error);
  EXPECT_THAT(answer.outcomes[2].result, HasSubstr("There is no such function"));
  EXPECT_TRUE(answer.outcomes[3].is_error);
  EXPECT_GE(spent(), 500);
  EXPECT_LT(spent(), 1000);
}

TEST_F(CallToolsTest, say_where_the_call_goes) {
  auto answer = call({{"1", "transfer_call",
                       R"({"reason":"wants a person","queue":"sales","message":"One moment."})"}});

  EXPECT_TRUE(answer.decision.wants_transfer);
  EXPECT_EQ(answer.decision.transfer_queue, "sales");
  EXPECT_EQ(answer.message, "One moment.");
  EXPECT_TRUE(call({{"1", "end_conversation", R"({"message":"Goodbye."})"}}).decision.is_closed);
}

}  // namespace
}  // namespace aiva::chat
