#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What a model wants called that speaks for an agent by itself, outside of chat turns.
struct ToolRequest {
  agents::ActiveAgentPointer agent{};
  ChatSessionId session{};
  std::vector<ToolCall> calls{};
};

struct ToolAnswer {
  // One for each call, in order; `result` is fenced as data, ready for the model to read.
  std::vector<functions::ToolOutcome> outcomes{};
  Decision decision{};    // to transfer or to end, if one of the calls said so
  std::string message{};  // what is said with that; may be empty
};

// An agent's functions and the search of its knowledge bases for models that hear and speak. A
// search is charged once, whatever came of it.
class CallTools {
 public:
  virtual ~CallTools() = default;
  // What to offer; no tool where the agent may call none. Fails when its functions cannot be read.
  virtual Task<Result<std::vector<ToolDefinition>>> offered(CallContext context,
                                                            agents::ActiveAgentPointer agent) = 0;
  // Calls that are refused or fail are outcomes for the model to read; fails only when the context
  // has ended.
  virtual Task<Result<ToolAnswer>> call(CallContext context, ToolRequest request) = 0;
};

std::unique_ptr<CallTools> make_call_tools(ChatParts parts, ChatSettings settings);

}  // namespace aiva::chat
