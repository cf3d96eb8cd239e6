#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "capabilities/chat/chat.h"
#include "faces/http/request.h"
#include "faces/http/response.h"
#include "foundation/call_context.h"

namespace aiva::http {

// A turn as a stream of events: sources, function_call, delta, then done or error. A failure before
// the first event becomes an HTTP error. Ends with its client.
Response stream_turn(chat::Chat& chat, const CallContext& context, chat::Turn turn);

// Answers for a caller and tells the listener of it.
using Answering =
    std::move_only_function<Task<Result<chat::Answer>>(CallContext, chat::TurnListener)>;

// The same for an answer of no session.
Response stream_answer(const CallContext& context, Answering answering);

// stream_turn for a client that may go away and come back; it begins with the event `turn`, and its
// events have ids.
Response stream_resumable_turn(chat::Chat& chat, const CallContext& context, chat::Turn turn);

// What such a client missed behind an event, and the rest.
Response follow_turn(chat::Chat& chat, const CallContext& context, ChatSessionId session,
                     MessageId turn, std::int64_t after);

// The event behind which such a client goes on: the header `Last-Event-ID`, or `after` in the
// query; 0 without. Fails with `invalid` for what is no id.
Result<std::int64_t> last_event_of(const Request& request);

// Writes the events of a turn until its end.
Task<Result<void>> tell_turn(CallContext context, std::unique_ptr<chat::TurnFollower> follower,
                             EventWriter& events);

}  // namespace aiva::http
