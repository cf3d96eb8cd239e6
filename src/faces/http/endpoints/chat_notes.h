#pragma once

#include <vector>

#include "capabilities/chat/notes.h"
#include "faces/http/route.h"

namespace aiva::http {

// What colleagues write down about a conversation: /api/chat/sessions/:sessionId/notes.
std::vector<Route> chat_note_routes(chat::Notes& notes);

}  // namespace aiva::http
