#include "faces/http/endpoints/openai_responses.h"

#include <utility>

#include "faces/http/endpoints/openai_answering.h"
#include "faces/http/endpoints/openai_response_events.h"
#include "faces/http/endpoints/openai_response_request.h"
#include "faces/http/endpoints/openai_stream.h"

namespace aiva::http {
namespace {

using chat::Completions;

// What the answer repeats of a call; the conversation stays with the call.
ResponseFrame frame_of(OpenAiCall& call, const Clock& clock) {
  auto messages = std::move(call.request.messages);
  call.request.messages.clear();
  auto name = Uuid::make().to_string();
  ResponseFrame frame{.id = "resp_" + name,
                      .message_id = "msg_" + name,
                      .created_at = clock.unix_ms(),
                      .asked = call};
  call.request.messages = std::move(messages);
  return frame;
}

Task<Result<Response>> post_response(Completions& completions, const Clock& clock,
                                     CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto call, read_response_call(body));
  auto frame = frame_of(call, clock);
  if (call.is_stream)
    co_return openai_event_stream<ResponseEvents>(completions, context, std::move(call),
                                                  std::move(frame),
                                                  "A response failed while it streamed");
  CO_TRY(auto answer, co_await complete_openai(completions, context, std::move(call)));
  Response response;
  JsonWriter writer(response.body);
  write_response(writer, frame, answer);
  co_return response;
}

}  // namespace

std::vector<Route> openai_response_routes(chat::Completions& completions, const Clock& clock) {
  std::vector<Route> routes;
  auto handler = [&completions, &clock](CallContext context, Request& request) {
    return post_response(completions, clock, std::move(context), request);
  };
  routes.push_back({Method::post, "/v1/responses", Right::needs(identity::Permission::chat),
                    handler, openai_call_options()});
  return routes;
}

}  // namespace aiva::http
