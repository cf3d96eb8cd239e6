#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::functions {

// For which conversation a function is called; written into the call log.
struct ToolUse {
  AgentId agent{};
  ChatSessionId session{};  // nil outside of conversations
  MessageId message{};      // of the turn; makes the call's idempotency key together with call.id
  ToolCall call{};
};

// What came of a call, for the model and for the client.
struct ToolOutcome {
  std::string name{};
  std::string arguments{};  // JSON
  std::string result{};     // JSON or text, cut to the function's size cap
  bool is_error = false;    // the result says what went wrong, for the model to read
  bool is_pending = false;  // an asynchronous function: it goes on in the background
  double time_ms = 0;
  // The products the result speaks of, to be shown with the answer; JSON as chat keeps them.
  std::string products{};
};

// The functions an agent's model may call: configured HTTP APIs and tools of MCP servers.
class AgentTools {
 public:
  virtual ~AgentTools() = default;
  // What to offer the model; kept in process until the agent's functions change.
  virtual Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext context,
                                                             AgentId agent) = 0;
  // Calls one. A function that fails, times out, is unknown or gets malformed arguments is an
  // outcome with is_error; fails only when the call itself is cancelled or the rows are not there.
  virtual Task<Result<ToolOutcome>> call(CallContext context, ToolUse use) = 0;
};

}  // namespace aiva::functions
