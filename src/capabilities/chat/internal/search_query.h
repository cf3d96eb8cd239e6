#pragma once

#include <span>
#include <string>
#include <string_view>

#include "capabilities/chat/settings.h"
#include "foundation/call_context.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What to search for. A follow-up that says little by itself ("And by express?") is preceded by the
// user's message before it. At most 2000 characters.
std::string make_search_query(std::string_view question, std::span<const ChatMessage> history);

// A question the model wrote, and what that took.
struct RewrittenQuery {
  std::string text{};  // empty when it failed or took too long
  ChatUsage usage{};
};
// Has the model make a question that stands by itself of a follow-up, within
// settings.rewrite_time_max. What both say is data to it.
Task<RewrittenQuery> rewrite_query(CallContext context, ChatModel& model,
                                   const ChatSettings& settings, std::string model_name,
                                   std::string question, std::vector<ChatMessage> history);

}  // namespace aiva::chat
