#include "capabilities/voice/internal/brains.h"

#include <string_view>
#include <utility>

#include "capabilities/voice/internal/answer_guard.h"
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

CascadeParts cascade_parts(const CallsParts& parts) {
  return {.chat = parts.chat,
          .recognizer = parts.recognizer,
          .synthesizer = parts.synthesizer,
          .heard_streams = parts.heard_streams,
          .voice_streams = parts.voice_streams,
          .tracer = parts.tracer};
}

// Who leads the call once somebody is to be spoken to.
std::shared_ptr<Brain> make_leader(CallHost& host, const CallsParts& parts, CallContext context,
                                   agents::ActiveAgentPointer agent, ChatSessionId session,
                                   AudioFormat format, std::shared_ptr<FlowLead> lead) {
  auto cascade = cascade_parts(parts);
  auto* provider = model_for(parts, agent->settings.speech.provider);
  if (provider == nullptr || parts.call_tools == nullptr)
    return std::make_shared<Cascade>(host, cascade, std::move(context), std::move(agent), session,
                                     format, parts.detectors.make(), std::move(lead));
  RealtimeParts model{*provider, *parts.call_tools};
  if (!lead)
    return std::make_shared<RealtimeBrain>(host, model, std::move(context), std::move(agent),
                                           session, format);
  return std::make_shared<BrainRelay>(
      host, BrainRelay::Parts{cascade, model, parts.detectors, std::move(lead)}, std::move(context),
      std::move(agent), session, format);
}

}  // namespace

std::shared_ptr<Brain> make_brain(CallHost& host, const CallsParts& parts, CallContext context,
                                  agents::ActiveAgentPointer agent, ChatSessionId session,
                                  AudioFormat format, std::shared_ptr<FlowLead> lead,
                                  std::optional<MachineRule> machine) {
  if (!machine)
    return make_leader(host, parts, std::move(context), std::move(agent), session, format,
                       std::move(lead));
  // `parts` is of the calls, which outlive theirs.
  auto make = [&parts, context, agent, session, format, lead](CallHost& guard) {
    return make_leader(guard, parts, context, agent, session, format, lead);
  };
  return std::make_shared<AnswerGuard>(host,
                                       AnswerGuard::Parts{.rule = *std::move(machine),
                                                          .voices = cascade_parts(parts),
                                                          .detectors = parts.detectors,
                                                          .make_brain = std::move(make)},
                                       std::move(context), std::move(agent), session, format);
}

}  // namespace aiva::voice
