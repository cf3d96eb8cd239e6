#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/internal/findings.h"
#include "capabilities/chat/internal/manner.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What is to be answered, wherever the conversation lies.
struct TurnInput {
  ChatSessionId session{};               // nil outside of stored conversations
  MessageId answer = MessageId::make();  // the answer's id, and the key of its cost
  agents::ActiveAgentPointer agent{};    // null: none
  Manner manner{};
  std::string question{};
  std::vector<ChatImage> images{};
  bool wants_images = false;             // of the knowledge bases, with the answer
  bool wants_products = false;           // of their shops, likewise
  std::vector<ChatMessage> history{};    // before the question, oldest first
  std::vector<ChatMessage> following{};  // after it: calls of the caller's functions, and results
  std::string summary{};                 // of what was said before `history`
  std::vector<std::string> unchecked{};  // user's texts of it that no moderator has seen
  std::vector<SaidBeside> said{};        // besides, not part of `history` yet
  std::size_t history_tokens_max = 2000;
  // What the keeper of the conversation wants besides:
  std::string caller_instructions{};
  std::vector<ToolDefinition> caller_tools{};
  ToolChoice tool_choice{};
  AnswerFormat format{};
  std::optional<double> top_p{};
  std::vector<std::string> stop{};
};

// What a turn answered.
struct Reply {
  std::string text{};
  std::vector<Source> sources{};
  FoundImages images{};
  FoundProducts products{};
  std::vector<functions::ToolOutcome> function_calls{};
  std::vector<ToolCall> caller_calls{};  // of the caller's functions, handed back
  Decision decision{};
  std::string provider{};
  std::string model{};
  std::string finish_reason = "stop";
  bool is_extractive = false;
  bool is_interrupted = false;
  std::int64_t removed_citations = 0;
  std::int64_t context_chunks = 0;
  ChatUsage usage{};
};

// What a turn works with; borrowed until its task ends.
struct TurnTools {
  const ChatParts& parts;
  const ChatSettings& settings;
  const TurnInput& input;
  Findings& findings;
  const std::vector<ShownProduct>* products = nullptr;  // that were found; null: none
};

// Lets the model answer, call functions and search again, telling the listener as it goes. A client
// that goes away interrupts the reply; fails with what the model failed with, or `cancelled` when
// nothing was said yet. `usage` is what was spent on the question before.
Task<Result<Reply>> reply_by_model(CallContext context, TurnTools tools, ChatUsage usage,
                                   TurnListener listener);

// Answers with the best sentences of what was found first, or names the products when none answers
// the question. Without the embedder words alone decide.
Task<Result<Reply>> reply_by_extract(CallContext context, TurnTools tools, std::string query,
                                     TurnListener listener);

// Tells the listener, if there is one.
Task<Result<void>> tell(TurnListener& listener, TurnEvent event);

}  // namespace aiva::chat
