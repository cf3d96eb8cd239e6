#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "adapters/openai/internal/chat_events.h"
#include "adapters/openai/internal/provider.h"
#include "adapters/openai/openai.h"
#include "foundation/json_writer.h"

namespace aiva {
namespace {

using openai::ChatEvents;
using openai::Provider;

// How long the end of a stream may take after the end of the answer.
constexpr auto drain_time_max = std::chrono::milliseconds(200);

std::string_view role_name(ChatRole role) {
  switch (role) {
    case ChatRole::system: return "system";
    case ChatRole::user: return "user";
    case ChatRole::assistant: return "assistant";
  }
  return "user";
}

// Models that reason count their thoughts as output and take neither max_tokens nor a temperature.
bool is_reasoning(std::string_view model) {
  constexpr std::array families = {std::string_view("o1"), std::string_view("o3"),
                                   std::string_view("o4"), std::string_view("gpt-5")};
  return std::ranges::any_of(families,
                             [model](std::string_view name) { return model.starts_with(name); });
}

std::string write_body(const std::string& model, const ChatRequest& request) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("model", model).key("messages").begin_array();
  for (const auto& message : request.messages)
    writer.begin_object()
        .field("role", role_name(message.role))
        .field("content", message.content)
        .end_object();
  writer.end_array().field("stream", true);
  writer.key("stream_options").begin_object().field("include_usage", true).end_object();
  if (is_reasoning(model)) {
    writer.field("max_completion_tokens", request.tokens_max);
  } else {
    writer.field("max_tokens", request.tokens_max).field("temperature", request.temperature);
  }
  writer.end_object();
  return body;
}

class OpenAiChatStream final : public ChatStream {
 public:
  OpenAiChatStream(std::unique_ptr<HttpStream> http, ChatEvents events)
      : http_(std::move(http)), events_(std::move(events)) {}

  [[nodiscard]] const std::string& model() const override { return events_.model(); }

  Task<Result<std::optional<ChatDelta>>> next(CallContext context) override {
    for (;;) {
      auto delta = events_.take();
      if (delta) co_return delta;
      if (failure_) co_return fail(*failure_);
      if (events_.is_complete()) {
        co_await drain(context);
        co_return std::nullopt;
      }
      co_await read(context);
    }
  }

 private:
  // Reads one piece; what went wrong is told after the pieces that came before it.
  Task<> read(CallContext context) {
    auto piece = co_await http_->next(context);
    Result<void> outcome{};
    if (!piece) {
      outcome = fail(describe(std::move(piece.error())));
    } else {
      outcome = *piece ? events_.feed(**piece) : events_.end();
    }
    if (!outcome) failure_ = std::move(outcome.error());
    if (failure_ || (piece && !*piece)) http_.reset();
  }

  static Error describe(Error error) {
    if (error.code == ErrorCode::timeout || error.code == ErrorCode::cancelled) return error;
    return {.code = ErrorCode::unavailable,
            .message = "The model's answer broke off",
            .cause = error.message + ": " + error.cause};
  }

  // Reads the end of the stream, which usually has arrived, so that the connection can be used
  // again.
  Task<> drain(CallContext context) {
    if (!http_) co_return;
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + drain_time_max);
    auto end = co_await http_->next(context);
    http_.reset();
  }

  std::unique_ptr<HttpStream> http_;
  ChatEvents events_;
  std::optional<Error> failure_;
};

class OpenAiChatModel final : public ChatModel {
 public:
  OpenAiChatModel(OpenAiOptions options, HttpClient& http) : provider_(std::move(options), http) {}

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    const auto& options = provider_.options();
    auto model = request.model.empty() ? options.default_model : request.model;
    auto body = write_body(model, request);
    CO_TRY(auto http, co_await provider_.open(context, "/chat/completions", std::move(body)));
    auto type = http->head().header("content-type");
    if (!type.starts_with("text/event-stream"))
      co_return fail(ErrorCode::unavailable, "The model provider does not stream",
                     "content type " + std::string(type.substr(0, 100)));
    ChatEvents events(std::move(model), options.api_key);
    co_return std::make_unique<OpenAiChatStream>(std::move(http), std::move(events));
  }

 private:
  Provider provider_;
};

}  // namespace

std::unique_ptr<ChatModel> make_openai_chat_model(OpenAiOptions options, HttpClient& http) {
  return std::make_unique<OpenAiChatModel>(std::move(options), http);
}

}  // namespace aiva
