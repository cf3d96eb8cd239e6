#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ports/chat_model.h"

namespace aiva::chat {

// What to search for. A follow-up that says little by itself ("And by express?") is preceded by the
// user's message before it. At most 2000 characters.
std::string make_search_query(std::string_view question, std::span<const ChatMessage> history);

}  // namespace aiva::chat
