#pragma once

#include <vector>

#include "capabilities/chat/types.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// The history with what was said beside it where it was said: before as many of the newest
// questions as have been asked since. What is older than the history stands before its questions;
// what is blocked is left out.
std::vector<ChatMessage> with_said(std::vector<ChatMessage> history, std::vector<SaidBeside> said);

}  // namespace aiva::chat
