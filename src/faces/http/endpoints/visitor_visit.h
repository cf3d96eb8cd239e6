#pragma once

#include <memory>
#include <string>

#include "capabilities/agents/active_agents.h"
#include "capabilities/agents/visitors.h"
#include "capabilities/chat/chat.h"
#include "capabilities/chat/people.h"
#include "capabilities/images/images.h"
#include "faces/http/request.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

struct VisitorChatParts {
  agents::ActiveAgents& agents;
  agents::Visitors& visitors;
  chat::Chat& chat;
  chat::People* people = nullptr;    // null: answers cannot be rated
  images::Images* images = nullptr;  // null: none are shown
  std::string public_url{};  // where browsers reach this server; empty: as their request says
};

// Shared by the handlers of visitors, which are copied.
using VisitorPartsPointer = std::shared_ptr<VisitorChatParts>;

// A visitor whose token was looked at: who it is, and the agent as it is now.
struct Visit {
  agents::ActiveAgentPointer agent{};
  agents::VisitorSession session{};
  CallContext context{};  // of the agent's tenant and nobody's user
};

// Lets a visitor of `:slugOrId` in by the header `X-Chat-Token`. Fails with `not_found` without
// such an agent, `forbidden` from an origin it does not allow, `unauthenticated` for the token.
Task<Result<Visit>> admit_visitor(VisitorPartsPointer parts, CallContext context, Request& request);

}  // namespace aiva::http
