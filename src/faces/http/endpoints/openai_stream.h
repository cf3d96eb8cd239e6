#pragma once

#include <string_view>
#include <utility>

#include "faces/http/endpoints/openai_answering.h"
#include "faces/http/response.h"
#include "foundation/log.h"

namespace aiva::http {

// Tells an answer by `Events`, which is made of a frame and the writer and has hear(), finish(),
// fail_with() and has_begun(). What fails before anything was sent fails the request; later it is
// logged as `failure` and told as an event.
template <class Events, class Frame>
Task<Result<void>> stream_openai(chat::Completions& completions, CallContext context,
                                 OpenAiCall call, Frame frame, std::string_view failure,
                                 EventWriter& events) {
  Events stream(std::move(frame), events);
  call.request.listener = [&stream](chat::TurnEvent event) {
    return stream.hear(std::move(event));
  };
  auto answer = co_await complete_openai(completions, context, std::move(call));
  if (answer) {
    auto sent = co_await stream.finish(*answer);
    co_return sent;
  }
  if (!stream.has_begun() || answer.error().code == ErrorCode::cancelled)
    co_return fail(std::move(answer.error()));
  log::failure(failure, context, answer.error());
  auto told = co_await stream.fail_with(std::move(answer.error()));
  co_return told;
}

// The same as a response, for the caller of `caller`. `completions` and `failure` must outlive it.
template <class Events, class Frame>
Response openai_event_stream(chat::Completions& completions, const CallContext& caller,
                             OpenAiCall call, Frame frame, std::string_view failure) {
  auto produce = [&completions, call = std::move(call), frame = std::move(frame), caller, failure](
                     CallContext context, EventWriter& events) mutable {
    context.tenant = caller.tenant;
    context.user = caller.user;
    context.api_key = caller.api_key;
    return stream_openai<Events>(completions, std::move(context), std::move(call), std::move(frame),
                                 failure, events);
  };
  return event_stream(std::move(produce));
}

}  // namespace aiva::http
