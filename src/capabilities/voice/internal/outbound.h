#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/types.h"
#include "capabilities/voice/internal/answer_watch.h"
#include "capabilities/voice/types.h"

namespace aiva::voice {

// What a call's metadata says of whom it is for:
// {"variables":{…},"on_machine":…,"machine_message":…,"campaign_id":…}.
struct OutboundFacts {
  std::map<std::string, std::string> variables{};
  std::optional<MachineRule> machine{};  // none: nobody looks who answers
  bool is_of_campaign = false;
};

// None for calls that come in. Without an `on_machine` of its own it is the agent's, from the
// strategy of its conversations.
OutboundFacts outbound_facts(const Call& call, const agents::AgentSettings& agent);

// The text with {name} replaced; what is not known disappears.
std::string expand(std::string_view text, const std::map<std::string, std::string>& variables);

// The agent as it is in this call: it knows whom it has called.
agents::ActiveAgentPointer agent_in_call(agents::ActiveAgentPointer agent,
                                         const OutboundFacts& facts);
// The conversation of the call.
chat::NewSession session_of(const Call& call, const agents::ActiveAgent& agent,
                            const OutboundFacts& facts);

}  // namespace aiva::voice
