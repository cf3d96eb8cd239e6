#pragma once

#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/agents/visitors.h"
#include "capabilities/chat/chat.h"
#include "capabilities/images/images.h"
#include "faces/http/route.h"

namespace aiva::http {

struct VisitorChatParts {
  agents::ActiveAgents& agents;
  agents::Visitors& visitors;
  chat::Chat& chat;
  images::Images* images = nullptr;  // null: none are shown
  std::string public_url{};  // where browsers reach this server; empty: as their request says
};

// What strangers may do: open the chat page of an agent that has one, and talk to that agent. Under
// /aiva/….
std::vector<Route> visitor_chat_routes(VisitorChatParts parts);

}  // namespace aiva::http
