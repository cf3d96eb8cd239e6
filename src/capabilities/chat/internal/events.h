#pragma once

#include "capabilities/chat/events.h"

namespace aiva::chat {

// Tells the listener, if there is one.
inline Result<void> tell_listener(const ChatListener& listener, SqlSession& sql, TenantId tenant,
                                  const ChatEvent& event) {
  if (!listener) return {};
  return listener(sql, tenant, event);
}

}  // namespace aiva::chat
