#include "capabilities/voice/internal/brains.h"

#include <string_view>
#include <utility>

#include "capabilities/voice/internal/brain_relay.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/realtime_brain.h"

namespace aiva::voice {
namespace {

RealtimeModel* model_for(const CallsParts& parts, std::string_view provider) {
  for (auto* model : {parts.realtime, parts.voice_agent})
    if (model != nullptr && model->provider() == provider) return model;
  return nullptr;
}

}  // namespace

std::shared_ptr<Brain> make_brain(CallHost& host, const CallsParts& parts, CallContext context,
                                  agents::ActiveAgentPointer agent, ChatSessionId session,
                                  AudioFormat format, std::shared_ptr<FlowLead> lead,
                                  std::optional<MachineRule> machine) {
  CascadeParts cascade{.chat = parts.chat,
                       .recognizer = parts.recognizer,
                       .synthesizer = parts.synthesizer,
                       .machine = std::move(machine),
                       .heard_streams = parts.heard_streams,
                       .voice_streams = parts.voice_streams};
  auto* provider = model_for(parts, agent->settings.speech.provider);
  if (provider == nullptr || parts.call_tools == nullptr)
    return std::make_shared<Cascade>(host, std::move(cascade), std::move(context), std::move(agent),
                                     session, format, parts.detectors.make(), std::move(lead));
  RealtimeParts model{*provider, *parts.call_tools};
  if (!lead)
    return std::make_shared<RealtimeBrain>(host, model, std::move(context), std::move(agent),
                                           session, format);
  cascade.machine.reset();
  return std::make_shared<BrainRelay>(
      host, BrainRelay::Parts{std::move(cascade), model, parts.detectors, std::move(lead)},
      std::move(context), std::move(agent), session, format);
}

}  // namespace aiva::voice
