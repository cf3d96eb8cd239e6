#pragma once

#include <string>
#include <vector>

#include "capabilities/chat/internal/search_query.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// Answers questions, wherever the conversation lies; saves and charges nothing. Any thread.
class TurnEngine {
 public:
  // Parts and settings are borrowed.
  TurnEngine(const ChatParts& parts, const ChatSettings& settings);

  // The agent by id or slug; null for an empty name. Fails as ActiveAgents does, and with
  // `not_found` where there are no agents.
  Task<Result<agents::ActiveAgentPointer>> find_agent(CallContext context, std::string id_or_slug);
  [[nodiscard]] Manner manner_of_agent(const agents::ActiveAgentPointer& agent) const;
  // Fails with `invalid` when nothing could answer: no model, and no knowledge bases either.
  [[nodiscard]] Result<void> check_can_answer(const Manner& manner) const;

  struct Outcome {
    Answer answer{};  // with base_cost and operations, not charged yet
    std::vector<ToolCall> caller_calls{};
  };
  Task<Result<Outcome>> run(CallContext context, TurnInput input, TurnListener listener);

 private:
  Task<Result<Reply>> reply(CallContext context, const TurnInput& input, Findings& findings,
                            TurnListener listener);
  Task<FoundImages> images_for(CallContext context, const TurnInput& input, std::string query);
  Task<FoundProducts> products_for(CallContext context, const TurnInput& input, std::string query);
  Task<RewrittenQuery> query_of(CallContext context, const TurnInput& input);
  [[nodiscard]] Outcome outcome_of(const TurnInput& input, const Findings& findings,
                                   Reply reply) const;

  const ChatParts& parts_;
  const ChatSettings& settings_;
  Counter& removed_citations_;
  Counter& blocked_;
  Counter& refused_;
};

}  // namespace aiva::chat
