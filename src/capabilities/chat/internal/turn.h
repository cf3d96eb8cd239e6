#pragma once

#include <string>
#include <vector>

#include "capabilities/chat/chat.h"
#include "capabilities/knowledge/sections.h"
#include "capabilities/search/search.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What a turn knows when it comes to answering.
struct TurnState {
  Session session{};
  std::string question{};
  std::vector<ChatMessage> history{};
  search::SearchAnswer found{};
  std::vector<knowledge::Section> sections{};  // of the hits, or none
  std::string search_query{};
};

// What a turn answered.
struct Reply {
  std::string text{};
  std::vector<Source> sources{};
  std::string provider{};
  std::string model{};
  bool is_extractive = false;
  bool is_interrupted = false;
  std::int64_t context_chunks = 0;
  ChatUsage usage{};
};

// Both borrow what they get by reference until their task ends.

// Lets the model answer, telling the listener as it goes. A client that goes away interrupts the
// reply; fails with what the model failed with, or `cancelled` when nothing was said yet.
Task<Result<Reply>> reply_by_model(CallContext context, ChatModel& model,
                                   const ChatSettings& settings, const TurnState& state,
                                   TurnListener listener);

// Answers with the best sentences of what was found. Without the embedder words alone decide.
Task<Result<Reply>> reply_by_extract(CallContext context, TextEmbedder& embedder,
                                     const TurnState& state, TurnListener listener);

}  // namespace aiva::chat
