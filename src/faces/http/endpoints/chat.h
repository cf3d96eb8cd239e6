#pragma once

#include <vector>

#include "capabilities/chat/chat.h"
#include "capabilities/chat/conversation_search.h"
#include "faces/http/route.h"

namespace aiva::http {

// Conversations: /api/chat/…. A turn answers as JSON, or as Server-Sent Events (`sources`, `delta`,
// `done`, `error`) when the client accepts text/event-stream or says "stream": true.
std::vector<Route> chat_routes(chat::Chat& chat, chat::ConversationSearch& search);

}  // namespace aiva::http
