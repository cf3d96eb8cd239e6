#include "faces/http/endpoints/openai_chat.h"

#include <memory>
#include <utility>

#include "faces/http/endpoints/openai_answering.h"
#include "faces/http/endpoints/openai_chat_json.h"
#include "faces/http/endpoints/openai_chat_request.h"
#include "faces/http/endpoints/openai_stream.h"
#include "faces/http/openai_errors.h"

namespace aiva::http {
namespace {

using chat::Completions;

// Sends the pieces of one answer as they come.
class ChunkStream {
 public:
  ChunkStream(CompletionFrame frame, EventWriter& events)
      : frame_(std::move(frame)), events_(events) {}

  [[nodiscard]] bool has_begun() const { return has_begun_ || events_.is_started(); }

  Task<Result<void>> hear(chat::TurnEvent event) {
    CO_TRY_VOID(co_await begin());
    if (event.kind != chat::TurnEvent::Kind::delta || event.text.empty()) co_return Result<void>();
    CO_TRY_VOID(co_await send(text_chunk_json(frame_, event.text)));
    co_return Result<void>();
  }

  Task<Result<void>> finish(const chat::CompletionAnswer& answer) {
    CO_TRY_VOID(co_await begin());
    if (!answer.tool_calls.empty())
      CO_TRY_VOID(co_await send(calls_chunk_json(frame_, answer.tool_calls)));
    CO_TRY_VOID(co_await send(finish_chunk_json(frame_, answer)));
    if (frame_.includes_usage) CO_TRY_VOID(co_await send(usage_chunk_json(frame_, answer)));
    CO_TRY_VOID(co_await send("[DONE]"));
    co_return Result<void>();
  }

  Task<Result<void>> fail_with(Error error) {
    std::string data;
    JsonWriter writer(data);
    writer.begin_object().key("error");
    write_openai_error(writer, Failure(std::move(error)));
    writer.end_object();
    events_.mark_failed();
    return send(std::move(data));
  }

 private:
  Task<Result<void>> send(std::string data) { return events_.send({}, std::move(data)); }

  Task<Result<void>> begin() {
    if (std::exchange(has_begun_, true)) co_return Result<void>();
    CO_TRY_VOID(co_await send(role_chunk_json(frame_)));
    co_return Result<void>();
  }

  CompletionFrame frame_;
  EventWriter& events_;
  bool has_begun_ = false;
};

Task<Result<Response>> post_completion(Completions& completions, const Clock& clock,
                                       CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto call, read_chat_completion(body));
  CompletionFrame frame{.id = "chatcmpl-" + Uuid::make().to_string(),
                        .model = call.request.agent,
                        .created_at = clock.unix_ms(),
                        .includes_usage = call.includes_usage};
  if (call.is_stream)
    co_return openai_event_stream<ChunkStream>(completions, context, std::move(call),
                                               std::move(frame),
                                               "A chat completion failed while it streamed");
  CO_TRY(auto answer, co_await complete_openai(completions, context, std::move(call)));
  co_return json_response(200, completion_json(frame, answer));
}

}  // namespace

std::vector<Route> openai_chat_routes(chat::Completions& completions, const Clock& clock) {
  std::vector<Route> routes;
  auto handler = [&completions, &clock](CallContext context, Request& request) {
    return post_completion(completions, clock, std::move(context), request);
  };
  routes.push_back({Method::post, "/v1/chat/completions", Right::needs(identity::Permission::chat),
                    handler, openai_call_options()});
  return routes;
}

}  // namespace aiva::http
