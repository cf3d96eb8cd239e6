#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::chat {

// Something others may want to hear of; ids and figures, no texts.
struct ChatEvent {
  static constexpr std::string_view answered = "chat.answered";
  static constexpr std::string_view transfer_requested = "chat.transfer_requested";
  static constexpr std::string_view feedback_given = "chat.feedback_given";
  static constexpr std::string_view ended = "chat.ended";
  static constexpr std::string_view moderated = "chat.moderated";

  std::string_view type = answered;
  ChatSessionId session{};
  MessageId message{};  // the answer; nil where it is about the session
  std::optional<AgentId> agent{};
  int rating = 0;           // of feedback
  bool is_blocked = false;  // of moderation: else it was flagged only, or not looked at
};

// Told inside the transaction that makes it true; a failure undoes that.
using ChatListener = std::function<Result<void>(SqlSession&, TenantId, const ChatEvent&)>;

}  // namespace aiva::chat
