#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "foundation/json.h"
#include "ports/chat_model.h"

namespace aiva::http {

// The most messages of one conversation.
inline constexpr std::size_t openai_messages_max = 512;

// Reads the `messages` of a chat completion. Members a client sends back out of an answer (refusal,
// annotations, parsed, …) are passed over.
std::vector<ChatMessage> read_openai_messages(json::Fields& fields, const json::Array& messages);

// Why a model could not answer this conversation: who speaks last, calls without answers, answers
// without calls. Nothing when it could.
std::optional<std::string> conversation_mistake(std::span<const ChatMessage> messages);

}  // namespace aiva::http
