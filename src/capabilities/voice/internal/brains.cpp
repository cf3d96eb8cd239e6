#include "capabilities/voice/internal/brains.h"

#include <utility>

#include "capabilities/voice/internal/brain_relay.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/realtime_brain.h"

namespace aiva::voice {

std::shared_ptr<Brain> make_brain(CallHost& host, const CallsParts& parts, CallContext context,
                                  agents::ActiveAgentPointer agent, ChatSessionId session,
                                  AudioFormat format, std::shared_ptr<FlowLead> lead,
                                  std::optional<MachineRule> machine) {
  CascadeParts cascade{parts.chat, parts.recognizer, parts.synthesizer, std::move(machine)};
  bool has_model = parts.realtime != nullptr && parts.call_tools != nullptr;
  if (!has_model || agent->settings.speech.provider != parts.realtime->provider())
    return std::make_shared<Cascade>(host, std::move(cascade), std::move(context), std::move(agent),
                                     session, format, parts.detectors.make(), std::move(lead));
  RealtimeParts model{*parts.realtime, *parts.call_tools};
  if (!lead)
    return std::make_shared<RealtimeBrain>(host, model, std::move(context), std::move(agent),
                                           session, format);
  cascade.machine.reset();
  return std::make_shared<BrainRelay>(
      host, BrainRelay::Parts{std::move(cascade), model, parts.detectors, std::move(lead)},
      std::move(context), std::move(agent), session, format);
}

}  // namespace aiva::voice
