#include "capabilities/chat/completions.h"

#include <gmock/gmock.h>

#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CompletionsTest : public ChatFixture {};

TEST_F(CompletionsTest, answer_a_conversation_that_the_caller_keeps) {
  script({{.text = "Within 14 days [1]."}});

  auto done = complete({.messages = {{ChatRole::system, "Be brief."},
                                     {ChatRole::user, "Hello"},
                                     {ChatRole::assistant, "Good morning."},
                                     {ChatRole::user, "When are refunds paid?"}}});

  ASSERT_TRUE(done) << done.error().message << done.error().cause;
  EXPECT_EQ(done->answer.text, "Within 14 days [1].");
  EXPECT_EQ(done->finish_reason, "stop");
  EXPECT_EQ(done->answer.input_tokens, 10);
  EXPECT_EQ(done->answer.final_cost, 600);
  EXPECT_TRUE(done->answer.session.is_nil());
  auto messages = model_->requests().at(0).messages;
  ASSERT_THAT(messages, SizeIs(4));
  EXPECT_THAT(messages[0].content, HasSubstr("Be brief."));
  EXPECT_THAT(messages[3].content, HasSubstr("Refunds are paid"));
  EXPECT_EQ(sync_wait(chat_->sessions(context(), {})).value().total, 0);
}

TEST_F(CompletionsTest, ask_what_an_agent_is_to_be_for_a_trial) {
  agents_.is_active = false;
  script({{.text = "Not yet."}});
  auto draft = sync_wait(agents_.draft(context(), agents_.agent.id)).value();

  auto done = complete({.trial = draft, .messages = {{ChatRole::user, "Hello"}}});
  auto published = complete({.messages = {{ChatRole::user, "Hello"}}});

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->answer.agent_version, agents_.agent.version + 1);
  EXPECT_THAT(model_->requests().at(0).messages[0].content, HasSubstr("the guide to be"));
  EXPECT_EQ(published.error().code, ErrorCode::conflict);
}

TEST_F(CompletionsTest, hand_back_calls_of_the_callers_functions) {
  tools_.definitions = {{.name = "weather"}};
  script({{.text = "Let me see.", .calls = {{"x", "my_tool", "{\"a\":1}"}, {"y", "weather", "{}"}}},
          {.text = "Done."}});

  auto done =
      complete({.messages = {{ChatRole::user, "Refunds?"}}, .tools = {{.name = "my_tool"}}});
  auto more =
      complete({.messages = {{ChatRole::user, "Refunds?"},
                             {.role = ChatRole::assistant,
                              .content = "",
                              .tool_calls = {{"x", "my_tool", "{\"a\":1}"}}},
                             {.role = ChatRole::tool, .content = "42", .tool_call_id = "x"}},
                .tools = {{.name = "my_tool"}}});

  ASSERT_TRUE(done);
  EXPECT_EQ(done->finish_reason, "tool_calls");
  ASSERT_THAT(done->tool_calls, SizeIs(1));
  EXPECT_EQ(done->tool_calls[0].arguments, "{\"a\":1}");
  EXPECT_THAT(tools_.uses, IsEmpty());
  ASSERT_TRUE(more);
  EXPECT_EQ(more->answer.text, "Done.");
  auto messages = model_->requests().at(1).messages;
  EXPECT_EQ(messages.back().role, ChatRole::tool);
  EXPECT_THAT(messages.at(messages.size() - 3).content, HasSubstr("<passages>"));
}

TEST_F(CompletionsTest, pass_on_what_the_caller_asks_of_the_model) {
  script({{.text = "{\"ids\":[7]}", .finish_reason = "length"}});

  auto done = complete({.messages = {{ChatRole::user, "Refunds?"}},
                        .format = {.kind = AnswerFormat::Kind::schema, .name = "n"},
                        .temperature = 0,
                        .top_p = 0.5,
                        .tokens_max = 9,
                        .stop = {"END"}});

  ASSERT_TRUE(done);
  EXPECT_EQ(done->answer.text, "{\"ids\":[7]}");
  EXPECT_EQ(done->finish_reason, "length");
  auto request = model_->requests().at(0);
  EXPECT_EQ(request.temperature, 0);
  EXPECT_EQ(request.top_p, 0.5);
  EXPECT_EQ(request.tokens_max, 9);
  EXPECT_EQ(request.stop.at(0), "END");
  EXPECT_EQ(request.format.kind, AnswerFormat::Kind::schema);
}

TEST_F(CompletionsTest, refuse_hostile_requests_by_field) {
  script({{.text = "Yes."}});
  struct Case {
    CompletionRequest request;
    std::string field;
  };
  ChatMessage question{ChatRole::user, "Hi"};
  for (auto& [request, field] : std::vector<Case>{
           {{}, "messages"},
           {{.messages = {{ChatRole::user, "\xFF"}}}, "messages"},
           {{.messages = {{ChatRole::system, "x"}}}, "messages"},
           {{.messages = {question, {ChatRole::assistant, "x"}}}, "messages"},
           {{.messages = {question, {.role = ChatRole::tool, .content = "x"}}}, "messages"},
           {{.messages = {{ChatRole::user, std::string(2'000'000, 'x')}}}, "messages"},
           {{.messages = {question}, .tools = {{.name = "a b"}}}, "tools"},
           {{.messages = {question}, .tools = {{.name = "a"}, {.name = "a"}}}, "tools"},
           {{.messages = {question}, .tools = {{.name = "a", .parameters = "["}}}, "tools"},
           {{.messages = {question}, .tool_choice = {.mode = ToolChoice::Mode::required}},
            "tool_choice"},
           {{.messages = {question}, .temperature = 3}, "temperature"},
           {{.messages = {question}, .top_p = 0}, "top_p"},
           {{.messages = {question}, .tokens_max = 0}, "max_tokens"}}) {
    auto done = complete(std::move(request));

    ASSERT_FALSE(done) << field;
    EXPECT_EQ(done.error().code, ErrorCode::invalid);
    EXPECT_EQ(done.error().details.at(0).field, field);
  }
  EXPECT_THAT(model_->requests(), IsEmpty());
  EXPECT_EQ(complete({.agent = "other", .messages = {question}}).error().code,
            ErrorCode::not_found);
}

TEST_F(CompletionsTest, are_not_there_for_another_tenant) {
  script({{.text = "Yes."}});
  CallContext other{.tenant = database_.add_tenant("Other")};

  auto done = sync_wait(chat_->completions().complete(
      other, {.agent = "guide", .messages = {{ChatRole::user, "Hi"}}}));

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::chat
