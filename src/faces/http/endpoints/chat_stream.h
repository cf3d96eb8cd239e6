#pragma once

#include "capabilities/chat/chat.h"
#include "faces/http/response.h"
#include "foundation/call_context.h"

namespace aiva::http {

// A turn as a stream of events: sources, function_call, delta, then done or error. A failure before
// the first event becomes an HTTP error. Ends with its client.
Response stream_turn(chat::Chat& chat, const CallContext& context, chat::Turn turn);

// The same for a client that may go away and come back; it begins with the event `turn`, and its
// events have ids.
Response stream_resumable_turn(chat::Chat& chat, const CallContext& context, chat::Turn turn);

// What such a client missed behind an event, and the rest.
Response follow_turn(chat::Chat& chat, const CallContext& context, ChatSessionId session,
                     MessageId turn, std::int64_t after);

}  // namespace aiva::http
