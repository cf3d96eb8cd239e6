#include "capabilities/voice/internal/brains.h"

#include <utility>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/realtime_brain.h"

namespace aiva::voice {

std::shared_ptr<Brain> make_brain(CallHost& host, const CallsParts& parts, CallContext context,
                                  agents::ActiveAgentPointer agent, ChatSessionId session,
                                  AudioFormat format) {
  bool has_model = parts.realtime != nullptr && parts.call_tools != nullptr;
  if (has_model && agent->settings.speech.provider == parts.realtime->provider())
    return std::make_shared<RealtimeBrain>(host, RealtimeParts{*parts.realtime, *parts.call_tools},
                                           std::move(context), std::move(agent), session, format);
  return std::make_shared<Cascade>(
      host, CascadeParts{parts.chat, parts.recognizer, parts.synthesizer}, std::move(context),
      std::move(agent), session, format, parts.detectors.make());
}

}  // namespace aiva::voice
