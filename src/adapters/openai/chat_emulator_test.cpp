#include <gtest/gtest.h>

#include <string>

#include "adapters/openai/testing/openai_emulator_fixture.h"
#include "foundation/json.h"

namespace aiva {
namespace {

const ToolDefinition weather{.name = "weather",
                             .description = "Tells the weather.",
                             .parameters = R"({"type":"object","properties":{"city":)"
                                           R"({"type":"string"}},"required":["city"],)"
                                           R"("additionalProperties":false})",
                             .is_strict = true};

class OpenAiChatEmulator : public OpenAiEmulatorFixture {};

TEST_F(OpenAiChatEmulator, calls_functions_and_reads_their_results) {
  ChatRequest request{
      .messages = {{ChatRole::user,
                    R"(call weather {"city":"Rome"} call weather {"city":"Oslo"})"}},
      .tools = {weather}};
  EXPECT_EQ(ask(request), "");
  EXPECT_EQ(reason_, "tool_calls");
  ASSERT_EQ(calls_.size(), 2U);
  EXPECT_EQ(calls_[0].arguments, R"({"city":"Rome"})");

  request.messages.push_back({.role = ChatRole::assistant, .content = "", .tool_calls = calls_});
  for (const auto& call : calls_)
    request.messages.push_back(
        {.role = ChatRole::tool, .content = "Sun for " + call.id, .tool_call_id = call.id});

  EXPECT_EQ(ask(request), "The function says: Sun for " + request.messages.back().tool_call_id);
  EXPECT_EQ(reason_, "stop");
}

TEST_F(OpenAiChatEmulator, has_functions_required_named_and_none) {
  ChatRequest request{.messages = {{ChatRole::user, "Paris"}}, .tools = {weather}};
  request.tool_choice.mode = ToolChoice::Mode::required;
  EXPECT_EQ(ask(request), "");
  ASSERT_EQ(calls_.size(), 1U);
  EXPECT_EQ(*json::parse(calls_[0].arguments), *json::parse(R"({"city":"Paris"})"));
  request.tool_choice = {.mode = ToolChoice::Mode::named, .name = "weather"};
  ask(request);
  EXPECT_EQ(calls_.size(), 1U);
  request.tool_choice = {.mode = ToolChoice::Mode::none};
  EXPECT_NE(ask(request), "");
  EXPECT_TRUE(calls_.empty());
}

TEST_F(OpenAiChatEmulator, hands_out_a_malformed_call_as_it_is) {
  cause(R"({"kind":"malformed_tool_call"})");

  ask({.messages = {{ChatRole::user, "call weather {\"city\":\"Rome\"}"}}, .tools = {weather}});

  ASSERT_EQ(calls_.size(), 1U);
  EXPECT_EQ(calls_[0].arguments, R"({"city":"Rome")");
}

TEST_F(OpenAiChatEmulator, answers_in_a_form_or_as_json) {
  ChatRequest request{.messages = {{ChatRole::user, "Number 7"}}};
  request.format = {.kind = AnswerFormat::Kind::schema,
                    .name = "form",
                    .schema = R"({"type":"object","properties":{"n":{"type":"integer"}},)"
                              R"("required":["n"],"additionalProperties":false})",
                    .is_strict = true};
  EXPECT_EQ(ask(request), R"({"n":7})");
  request.format = {.kind = AnswerFormat::Kind::json};
  EXPECT_TRUE(json::parse(ask(request)).has_value());
}

TEST_F(OpenAiChatEmulator, shows_pictures) {
  ChatMessage message{.role = ChatRole::user, .content = "What is it?"};
  message.images = {{.mime_type = "image/png", .bytes = "abcd"},
                    {.url = "https://pictures.example/a.png", .detail = "low"}};

  EXPECT_EQ(ask({.messages = {message}}), "I see 2 image(s).");
}

TEST_F(OpenAiChatEmulator, speaks_to_models_that_reason_and_to_azure) {
  ChatRequest request{.model = "o4-mini", .messages = {{ChatRole::user, "Hello"}}};
  request.top_p = 0.5;
  request.stop = {"END"};
  EXPECT_EQ(ask(request), "I have no source that answers this question.");

  server_.base_url = emulator_->url("/openai/deployments/{model}");
  server_.quirks = {.has_key_header = true, .api_version = "2024-10-21"};
  request.model = "gpt-4o";
  EXPECT_EQ(ask(request), "I have no source that answers this question.");
}

TEST_F(OpenAiChatEmulator, ends_at_its_limit_and_at_stop_words) {
  ChatRequest request{.messages = {{ChatRole::user, "Hello"}}, .tokens_max = 3};
  EXPECT_EQ(ask(request), "I have no");
  EXPECT_EQ(reason_, "length");
  request.tokens_max = 100;
  request.stop = {"source"};
  EXPECT_EQ(ask(request), "I have no");
  EXPECT_EQ(reason_, "stop");
}

}  // namespace
}  // namespace aiva
