#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// One answer to a conversation that the caller keeps itself, as in OpenAI's chat completions.
struct CompletionRequest {
  std::string agent{};                  // id or slug
  agents::ActiveAgentPointer trial{};   // asked instead of the one that is named, if not null
  std::vector<ChatMessage> messages{};  // oldest first, 1…512; the last is a user's or a tool's
  // The caller's own functions: a call of one ends the answer and is handed back; what the model
  // wanted of the agent's functions in the same breath is not called then. At most 128.
  std::vector<ToolDefinition> tools{};
  ToolChoice tool_choice{};  // `required` and `named` only with the caller's own functions
  AnswerFormat format{};
  std::optional<double> temperature{};  // empty: the agent's
  std::optional<double> top_p{};
  std::optional<int> tokens_max{};
  std::vector<std::string> stop{};
  std::string user{};       // the caller's name of its end user; metadata only
  TurnListener listener{};  // may be empty
};

struct CompletionAnswer {
  Answer answer{};                     // session and user_message are nil
  std::vector<ToolCall> tool_calls{};  // of the caller's own functions
  std::string finish_reason = "stop";  // stop | length | tool_calls | content_filter
};

// Answers without a stored session; the cost is charged once, under the answer's message id.
class Completions {
 public:
  virtual ~Completions() = default;
  // The agent's instructions, knowledge and functions apply as in a session. Fails as Chat::answer.
  virtual Task<Result<CompletionAnswer>> complete(CallContext context,
                                                  CompletionRequest request) = 0;
};

}  // namespace aiva::chat
