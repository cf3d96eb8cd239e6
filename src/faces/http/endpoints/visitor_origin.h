#pragma once

#include <string>
#include <string_view>

#include "capabilities/agents/active_agents.h"
#include "faces/http/request.h"
#include "faces/http/route.h"
#include "foundation/result.h"

namespace aiva::http {

// The origin of the page by which a visitor asks. Browsers send it with every POST, and it must be
// this server's (`public_url`, or as the request says) or one the agent allows; a proxy may have
// taken the TLS away, so that hosts are compared. Fails with `forbidden`.
Result<std::string> visitor_origin(const Request& request, const agents::WidgetSettings& widget,
                                   std::string_view public_url);

// Lets in pages of the origins that the agent of `:slugOrId` allows. The agents are borrowed.
OriginRule visitor_origins(agents::ActiveAgents& agents);

// Lets in pages of all origins: for files that hold nothing of anybody.
OriginRule any_origin();

// What a visitor's limits are counted under.
std::string address_key(const Request& request);

}  // namespace aiva::http
