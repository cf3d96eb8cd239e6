#include "app/chat_providers.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::app {
namespace {

// The models of a configuration over a network that answers everything with one word.
class ChatProviders : public ::testing::Test {
 protected:
  Result<std::unique_ptr<models::Models>> make(const Config& config) {
    return make_chat_providers(config, std::string(32, 'k'),
                               {.database = *database_,
                                .audit = identity_->audit_log(),
                                .clock = clock_,
                                .metrics = metrics_,
                                .http = http_});
  }
  // Who answers, and where that went to.
  std::string ask(const Config& config, const std::string& model = "") {
    auto models = make(config);
    if (!models) return models.error().message;
    auto chat_model = (*models)->make_chat_model();
    if (chat_model == nullptr) return "none";
    ChatRequest request{.model = model, .messages = {{ChatRole::user, "Hi"}}};
    auto stream = sync_wait(chat_model->open({}, std::move(request)));
    if (!stream) return "!" + std::string(to_string(stream.error().code));
    auto sent = http_.requests().back();
    return (*stream)->provider() + " " + sent.url + " " +
           std::string(json::parse(sent.body)->at("model").as_string());
  }

  TestDatabase database_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  ScriptedHttpClient http_{[](const HttpRequest& request) -> Result<HttpResponse> {
    HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/event-stream"}}};
    response.body = request.url.ends_with("/v1/messages")
                        ? "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                          "{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n"
                        : "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
    return response;
  }};
};

TEST_F(ChatProviders, has_no_model_by_default) { EXPECT_EQ(ask({}), "none"); }

TEST_F(ChatProviders, takes_the_plain_setting_for_every_model) {
  Config config;
  config.chat_model = {
      .provider = "openai", .base_url = "http://own.example/v1", .api_key = "", .model = "llama"};

  EXPECT_EQ(ask(config), "openai http://own.example/v1/chat/completions llama");
  EXPECT_EQ(ask(config, "other"), "openai http://own.example/v1/chat/completions other");

  config.chat_model.provider = "anthropic";
  config.chat_model.base_url = Config::ChatModel().base_url;
  EXPECT_EQ(ask(config), "anthropic https://api.anthropic.com/v1/messages llama");
}

TEST_F(ChatProviders, puts_the_plain_setting_behind_the_others) {
  Config config = *read_config(
      "[models]\nproviders = [\"openai\", \"anthropic\"]\n"
      "[model_providers.openai]\napi_key = \"k\"\n"
      "[model_providers.anthropic]\napi_key = \"k\"\n"
      "[chat_model]\nprovider = \"openai\"\nmodel = \"llama\"\n"
      "base_url = \"http://own.example/v1\"\n",
      [](const std::string&) { return std::nullopt; });

  EXPECT_EQ(ask(config), "chat_model http://own.example/v1/chat/completions llama");
  EXPECT_EQ(ask(config, "gpt-4o"), "openai https://api.openai.com/v1/chat/completions gpt-4o");
  EXPECT_EQ(ask(config, "claude-x"), "anthropic https://api.anthropic.com/v1/messages claude-x");
}

TEST_F(ChatProviders, refuses_weights_that_are_none) {
  Config config;
  auto tenant = TenantId::make().to_string();
  for (const auto& text : {std::string("x=1"), tenant, tenant + "=", tenant + "=0", tenant + "=-1",
                           tenant + "=1x", tenant + "=nan"}) {
    config.models.tenant_weights = {text};
    auto models = make(config);
    ASSERT_FALSE(models.has_value()) << text;
    EXPECT_EQ(models.error().code, ErrorCode::invalid);
  }
  config.models.tenant_weights = {tenant + "=2.5"};
  EXPECT_TRUE(make(config).has_value());
}

}  // namespace
}  // namespace aiva::app
