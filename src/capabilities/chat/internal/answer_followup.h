#pragma once

#include <cstddef>

#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::chat {

// What a conversation's upkeep depends on.
struct UpkeepNeed {
  std::size_t history_messages = 10;
  bool analyses = false;
};

// What follows from an answer, inside the transaction that saves it: the session waits for a person
// or ends, listeners hear of it, and upkeep is asked for where there is something to do.
Result<void> follow_answer(SqlSession& sql, const ChatParts& parts, const Session& session,
                           const Message& message, UpkeepNeed need);

}  // namespace aiva::chat
