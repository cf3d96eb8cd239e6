#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/anthropic/anthropic.h"
#include "adapters/http_client/http_client.h"
#include "foundation/json.h"
#include "ports/testing/emulator_process.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

constexpr const char* program = "tests/emulators/anthropic.mjs";
constexpr const char* question =
    "[1] Goods may be returned within thirty days.\n\nWhen may goods be returned?";

const ToolDefinition weather{.name = "weather",
                             .description = "Tells the weather.",
                             .parameters = R"({"properties":{"city":{"type":"string"}}})"};

// A model that answers through the strict emulator.
class AnthropicEmulator : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(program)) GTEST_SKIP() << "run from the repository's root";
    emulator_.emplace(program, "sk-ant-test");
    if (!emulator_->is_running()) GTEST_SKIP() << "node is not installed";
    http_ = std::move(*make_http_client());
    server_ = {.base_url = emulator_->url(""),
               .api_key = "sk-ant-test",
               .default_model = "claude-haiku-4-5",
               .backoff_first = milliseconds(1)};
  }

  void cause(const std::string& fault) {
    HttpRequest request{.method = "POST",
                        .url = emulator_->url("/_faults"),
                        .body = fault,
                        .may_reach_private_addresses = true};
    auto response = sync_wait(http_->send({}, std::move(request)));
    ASSERT_TRUE(response && response->status == 200);
  }
  std::string ask(const std::string& content) {
    return ask(ChatRequest{.messages = {{ChatRole::user, content}}});
  }
  // The answer's text; calls, reason and usage are kept.
  std::string ask(ChatRequest request) {
    calls_.clear();
    auto model = make_anthropic_chat_model(server_, *http_);
    auto stream = sync_wait(model->open({}, std::move(request)));
    if (!stream) return "!" + stream.error().message + " " + stream.error().cause;
    std::string answer;
    for (;;) {
      auto delta = sync_wait((*stream)->next({}));
      if (!delta) return answer + "!" + delta.error().message;
      if (!*delta) return answer;
      answer += (*delta)->text;
      for (auto& call : (*delta)->tool_calls) calls_.push_back(std::move(call));
      if (!(*delta)->finish_reason.empty()) reason_ = (*delta)->finish_reason;
      if ((*delta)->usage) usage_ = *(*delta)->usage;
    }
  }

  std::optional<EmulatorProcess> emulator_;
  std::unique_ptr<HttpClient> http_;
  AnthropicOptions server_;
  std::vector<ToolCall> calls_;
  std::string reason_;
  ChatUsage usage_;
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

  EXPECT_EQ(ask(question),
            "!The model provider refuses our key status 401, type "
            "authentication_error");
}

TEST_F(AnthropicEmulator, says_that_a_prompt_is_too_long) {
  std::string text;
  while (text.size() < 420'000) text += "a ";

  EXPECT_TRUE(ask(text).starts_with("!The text is too long for the model"));
}

}  // namespace
}  // namespace aiva
