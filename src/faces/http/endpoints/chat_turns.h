#pragma once

#include <vector>

#include "capabilities/chat/chat.h"
#include "faces/http/route.h"

namespace aiva::http {

// Messages and their answers, as JSON or as a stream of events.
std::vector<Route> chat_turn_routes(chat::Chat& chat);

}  // namespace aiva::http
