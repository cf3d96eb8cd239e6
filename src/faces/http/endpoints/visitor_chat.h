#pragma once

#include <vector>

#include "faces/http/endpoints/visitor_visit.h"
#include "faces/http/route.h"

namespace aiva::http {

// What strangers may do: open the chat page of an agent that has one, and talk to that agent. Under
// /aiva/….
std::vector<Route> visitor_chat_routes(VisitorChatParts parts);

}  // namespace aiva::http
