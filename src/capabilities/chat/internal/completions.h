#pragma once

#include "capabilities/chat/completions.h"
#include "capabilities/chat/internal/turn_engine.h"

namespace aiva::chat {

// Completions on the turn engine; everything is borrowed.
class EngineCompletions final : public Completions {
 public:
  EngineCompletions(TurnEngine& engine, const ChatParts& parts, const ChatSettings& settings)
      : engine_(engine), parts_(parts), settings_(settings) {}

  Task<Result<CompletionAnswer>> complete(CallContext context, CompletionRequest request) override;

 private:
  [[nodiscard]] TurnInput input_of(agents::ActiveAgentPointer agent,
                                   CompletionRequest request) const;

  TurnEngine& engine_;
  const ChatParts& parts_;
  const ChatSettings& settings_;
};

}  // namespace aiva::chat
