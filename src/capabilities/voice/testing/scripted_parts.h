#pragma once

#include <memory>

#include "capabilities/chat/testing/fixed_agents.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "capabilities/voice/voice.h"
#include "foundation/metrics.h"

namespace aiva::voice {

// What real calls of one agent are made of, with scripted ears, mouth and mind. It greets with
// "Hello there.", 120 ms of tone; a caller is loud or silent, and understood as the script says.
struct ScriptedParts {
  TenantId tenant = TenantId::make();
  Metrics metrics{};
  chat::FixedAgents agents{tenant};
  LoudnessDetectors detectors{};
  ScriptedRecognizer recognizer{};
  ToneSynthesizer synthesizer{};
  ScriptedChat chat{};
  MemoryCallLog log{};

  ScriptedParts() {
    agents.agent.settings.greeting = "Hello there.";
    recognizer.words = {"How long is the warranty?"};
  }
  std::unique_ptr<Calls> make(const CallLimits& limits = {}) {
    return make_calls({log, chat, agents, detectors, recognizer, synthesizer, metrics}, limits);
  }
};

}  // namespace aiva::voice
