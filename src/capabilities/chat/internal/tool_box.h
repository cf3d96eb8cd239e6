#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/personal_data.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What came of the calls of one round.
struct RoundOutcome {
  std::vector<functions::ToolOutcome> outcomes{};  // of AIVA's functions, in the model's order
  std::vector<ToolCall> caller_calls{};            // to be handed back; then nothing was called
  bool ends_turn = false;                          // the model turned the conversation
  std::string message{};                           // what is said with that
  Decision decision{};                             // with ends_turn
};

// The functions a turn may call, and the calls themselves.
class ToolBox {
 public:
  // Everything is borrowed.
  ToolBox(TurnTools turn, PersonalMask& mask) : turn_(turn), mask_(mask) {}

  // Finds out what there is to call. Fails when the agent's functions cannot be read.
  Task<Result<void>> open(CallContext context);
  [[nodiscard]] const std::vector<ToolDefinition>& definitions() const { return definitions_; }

  // Calls what a round asks for, the agent's functions at the same time. A call that is refused,
  // malformed or fails is an outcome for the model to read; fails only when the turn is over.
  Task<Result<RoundOutcome>> run(CallContext context, std::vector<ToolCall> calls);

 private:
  void offer(ToolDefinition definition, std::set<std::string>& names);
  Task<Result<functions::ToolOutcome>> call_function(CallContext context, ToolCall call);
  Task<Result<functions::ToolOutcome>> search(CallContext context, const ToolCall& call);
  Task<Result<functions::ToolOutcome>> refuse_calls(CallContext context, const ToolCall& call);
  [[nodiscard]] functions::ToolOutcome turn_conversation(const ToolCall& call,
                                                         RoundOutcome& round) const;

  TurnTools turn_;
  PersonalMask& mask_;
  std::vector<ToolDefinition> definitions_;
  std::set<std::string> built_ins_;
  std::set<std::string> functions_;
  std::set<std::string> callers_;
  std::chrono::milliseconds time_used_{0};
};

}  // namespace aiva::chat
