#pragma once

#include <memory>
#include <optional>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/internal/answer_watch.h"
#include "capabilities/voice/internal/brain.h"
#include "capabilities/voice/internal/flow_lead.h"
#include "capabilities/voice/voice.h"

namespace aiva::voice {

// The brain of a call of this agent: a provider's model that hears and speaks where the agent wants
// one and there is one, else recognizer, chat turn and synthesizer in a row. While a flow of `lead`
// leads, it is always the latter; null: there are no flows. With a rule for machines it
// begins only when somebody is to be spoken to (AnswerGuard).
std::shared_ptr<Brain> make_brain(CallHost& host, const CallsParts& parts, CallContext context,
                                  agents::ActiveAgentPointer agent, ChatSessionId session,
                                  AudioFormat format, std::shared_ptr<FlowLead> lead,
                                  std::optional<MachineRule> machine);

}  // namespace aiva::voice
