#include <string_view>
#include <utility>

#include "adapters/openai/internal/chat_answer.h"
#include "adapters/openai/internal/chat_request.h"
#include "adapters/openai/internal/server_options.h"
#include "adapters/openai/openai.h"
#include "ports/model_server/answer_stream.h"
#include "ports/model_server/chat_limits.h"
#include "ports/model_server/server.h"

namespace aiva {
namespace {

constexpr std::string_view model_place = "{model}";

bool may_stand_in_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string escape_in_path(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (may_stand_in_path(c))
      escaped += c;
    else
      escaped.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return escaped;
}

class OpenAiChatModel final : public ChatModel {
 public:
  OpenAiChatModel(OpenAiOptions options, HttpClient& http)
      : options_(std::move(options)), server_(place_server(options_), http) {}

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    CO_TRY_VOID(model_server::check_chat_request(request));
    auto model = request.model.empty() ? options_.default_model : request.model;
    auto body = openai::write_chat_request(model, request, options_.quirks);
    auto path = path_for(model);
    CO_TRY(auto http, co_await server_.open(context, std::move(path), std::move(body)));
    model_server::AnswerStreamOptions answer{.model = std::move(model),
                                             .on_failure = options_.on_failure};
    co_return model_server::make_answer_stream(
        std::move(http), std::make_unique<openai::ChatAnswer>(options_.api_key), std::move(answer));
  }

 private:
  static bool has_model_in_url(const OpenAiOptions& options) {
    return options.base_url.find(model_place) != std::string::npos;
  }
  static model_server::ServerOptions place_server(const OpenAiOptions& options) {
    auto server = openai::server_options(options);
    if (has_model_in_url(options)) server.base_url.clear();
    return server;
  }

  [[nodiscard]] std::string path_for(std::string_view model) const {
    constexpr std::string_view path = "/chat/completions";
    if (!has_model_in_url(options_)) return std::string(path);
    auto url = options_.base_url;
    url.replace(url.find(model_place), model_place.size(), escape_in_path(model));
    while (url.ends_with('/')) url.pop_back();
    return url.append(path);
  }

  OpenAiOptions options_;
  model_server::Server server_;
};

}  // namespace

std::unique_ptr<ChatModel> make_openai_chat_model(OpenAiOptions options, HttpClient& http) {
  return std::make_unique<OpenAiChatModel>(std::move(options), http);
}

}  // namespace aiva
