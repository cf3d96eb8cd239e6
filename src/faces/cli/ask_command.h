#pragma once

#include <string>

#include "capabilities/chat/chat.h"
#include "foundation/call_context.h"

namespace aiva::cli {

struct AskOptions {
  KnowledgeBaseId knowledge_base{};
  std::string question;
  bool is_json = false;
};

// Answers one question in a session of its own and prints the answer with its sources.
int run_ask(chat::Chat& chat, CallContext context, const AskOptions& options);

}  // namespace aiva::cli
