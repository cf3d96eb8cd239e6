#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "adapters/anthropic/anthropic.h"
#include "foundation/json.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

constexpr const char* question =
    "[1] Goods may be returned within thirty days.\n\nWhen may goods be returned?";

const ToolDefinition weather{.name = "weather",
                             .description = "Tells the weather.",
                             .parameters = R"({"properties":{"city":{"type":"string"}}})"};

// A model that answers through the strict emulator.
class AnthropicEmulator : public EmulatedProvider {
 protected:
  AnthropicEmulator() : EmulatedProvider("tests/emulators/anthropic.mjs", "sk-ant-test") {}

  void SetUp() override {
    EmulatedProvider::SetUp();
    if (IsSkipped()) return;
    server_ = {.base_url = emulator_->url(""),
               .api_key = key_,
               .default_model = "claude-haiku-4-5",
               .backoff_first = milliseconds(1)};
  }

  std::string ask(const std::string& content) {
    return ask(ChatRequest{.messages = {{ChatRole::user, content}}});
  }
  std::string ask(ChatRequest request) {
    auto model = make_anthropic_chat_model(server_, *http_);
    return EmulatedProvider::ask(*model, std::move(request));
  }

  AnthropicOptions server_;
};

TEST_F(AnthropicEmulator, streams_a_grounded_answer_with_usage) {
  EXPECT_EQ(ask(question), "Goods may be returned within thirty days. [1]");

  EXPECT_GT(usage_.input_tokens, 10);
  EXPECT_EQ(usage_.output_tokens, 11);
  EXPECT_EQ(reason_, "stop");
}

TEST_F(AnthropicEmulator, leads_a_conversation_of_every_kind_of_message) {
  ChatMessage picture{.role = ChatRole::user, .content = "Look."};
  picture.images = {{.mime_type = "image/png", .bytes = "abcd"}};
  ChatRequest request{
      .messages = {{ChatRole::system, "Be kind."},
                   {ChatRole::assistant, "Welcome! "},
                   picture,
                   {ChatRole::user,
                    R"(call weather {"city":"Rome"} call weather {"city":"Oslo"})"}},
      .temperature = 1.7,
      .tools = {weather}};
  EXPECT_EQ(ask(request), "");
  EXPECT_EQ(reason_, "tool_calls");
  ASSERT_EQ(calls_.size(), 2U);
  EXPECT_EQ(calls_[1].arguments, R"({"city":"Oslo"})");

  // Ids as another provider may have given them.
  calls_[0].id = "call.0";
  request.messages.push_back({.role = ChatRole::assistant, .content = "", .tool_calls = calls_});
  for (const auto& call : calls_)
    request.messages.push_back({.role = ChatRole::tool, .content = "Sun", .tool_call_id = call.id});
  EXPECT_EQ(ask(request), "The function says: Sun");
  request.tools.clear();
  EXPECT_EQ(ask(request), "The function says: Sun");
}

TEST_F(AnthropicEmulator, has_functions_required_and_none) {
  ChatRequest request{.messages = {{ChatRole::user, "Paris"}}, .tools = {weather}};
  request.tool_choice.mode = ToolChoice::Mode::required;
  ask(request);
  ASSERT_EQ(calls_.size(), 1U);
  EXPECT_EQ(*json::parse(calls_[0].arguments), *json::parse(R"({"city":"Paris"})"));
  request.tool_choice.mode = ToolChoice::Mode::none;
  EXPECT_NE(ask(request), "");
  EXPECT_TRUE(calls_.empty());
}

TEST_F(AnthropicEmulator, answers_in_a_form) {
  ChatRequest request{.messages = {{ChatRole::user, "Number 7"}}};
  request.format = {.kind = AnswerFormat::Kind::schema,
                    .name = "form",
                    .schema = R"({"type":"object","properties":{"n":{"type":"integer"}}})"};

  EXPECT_EQ(ask(request), R"({"n":7})");
  EXPECT_EQ(reason_, "stop");
}

TEST_F(AnthropicEmulator, ends_at_its_limit_and_at_stop_words) {
  ChatRequest request{.messages = {{ChatRole::user, question}}, .tokens_max = 3};
  EXPECT_EQ(ask(request), "Goods may be");
  EXPECT_EQ(reason_, "length");
  request.tokens_max = 100;
  request.stop = {"within", "  "};
  EXPECT_EQ(ask(request), "Goods may be returned");
  EXPECT_EQ(reason_, "stop");
}

TEST_F(AnthropicEmulator, gets_through_a_busy_spell) {
  cause(R"({"kind":"rate_limit","retry_after_s":0})");
  cause(R"({"kind":"overloaded"})");
  cause(R"({"kind":"drop"})");

  EXPECT_EQ(ask(question), "Goods may be returned within thirty days. [1]");
}

TEST_F(AnthropicEmulator, notices_every_way_an_answer_breaks_off) {
  for (const std::string kind : {"cut_stream", "malformed_sse"}) {
    cause(R"({"kind":")" + kind + R"(","after_events":5})");
    EXPECT_EQ(ask(question), "Goods may!The model's answer broke off") << kind;
  }
  cause(R"({"kind":"stream_error","after_events":5})");
  EXPECT_EQ(ask(question), "Goods may!The model provider has a problem");
}

TEST_F(AnthropicEmulator, says_that_its_key_is_refused) {
  server_.api_key = "sk-wrong";

  EXPECT_EQ(ask(question), "!The model provider refuses our key");
  EXPECT_EQ(error_cause_, "status 401, type authentication_error");
}

TEST_F(AnthropicEmulator, says_that_a_prompt_is_too_long) {
  std::string text;
  while (text.size() < 420'000) text += "a ";

  EXPECT_TRUE(ask(text).starts_with("!The text is too long for the model"));
}

}  // namespace
}  // namespace aiva
