#include <utility>

#include "adapters/anthropic/anthropic.h"
#include "adapters/anthropic/internal/message_answer.h"
#include "adapters/anthropic/internal/message_request.h"
#include "ports/model_server/answer_stream.h"
#include "ports/model_server/chat_limits.h"
#include "ports/model_server/server.h"

namespace aiva {
namespace {

model_server::ServerOptions server_options(const AnthropicOptions& options) {
  model_server::ServerOptions server{
      .base_url = options.base_url,
      .headers = {{"anthropic-version", options.version}},
      .api_key = options.api_key,
      .timeout = options.timeout,
      .attempts_max = options.attempts_max,
      .backoff_first = options.backoff_first,
      .backoff_max = options.backoff_max,
      .retry_after_max = options.retry_after_max,
      .may_reach_private_addresses = options.may_reach_private_addresses,
      .pause = options.pause,
      .on_failure = options.on_failure};
  if (!options.api_key.empty()) server.headers.push_back({"x-api-key", options.api_key});
  return server;
}

class AnthropicChatModel final : public ChatModel {
 public:
  AnthropicChatModel(AnthropicOptions options, HttpClient& http)
      : options_(std::move(options)), server_(server_options(options_), http) {}

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    CO_TRY_VOID(model_server::check_chat_request(request));
    auto model = request.model.empty() ? options_.default_model : request.model;
    auto body = anthropic::write_message_request(model, request);
    CO_TRY(auto http, co_await server_.open(context, "/v1/messages", std::move(body)));
    auto reader = std::make_unique<anthropic::MessageAnswer>(
        options_.api_key, anthropic::answers_by_function(request));
    model_server::AnswerStreamOptions answer{.model = std::move(model),
                                             .on_failure = options_.on_failure};
    co_return model_server::make_answer_stream(std::move(http), std::move(reader),
                                               std::move(answer));
  }

 private:
  AnthropicOptions options_;
  model_server::Server server_;
};

}  // namespace

std::unique_ptr<ChatModel> make_anthropic_chat_model(AnthropicOptions options, HttpClient& http) {
  return std::make_unique<AnthropicChatModel>(std::move(options), http);
}

}  // namespace aiva
