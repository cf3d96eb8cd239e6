#pragma once

#include <string>
#include <vector>

#include "capabilities/chat/types.h"
#include "ports/database.h"

namespace aiva::chat {

// A message as upkeep reads it.
struct SaidMessage {
  MessageId id{};
  std::int64_t sequence = 0;
  std::string role{};
  std::string text{};
};

struct SummaryState {
  std::string text{};
  std::int64_t through = 0;  // the number of the last message in it
};

Result<SummaryState> read_summary(SqlSession& sql, TenantId tenant, ChatSessionId session);
// Nothing happens when another summary was written since `before`.
Result<void> write_summary(SqlSession& sql, TenantId tenant, ChatSessionId session,
                           std::int64_t before, const SummaryState& summary);
// The messages numbered `first` to `last`, in order.
Result<std::vector<SaidMessage>> read_said(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                           std::int64_t first, std::int64_t last);
// The newest user's messages nobody looked at yet, in order.
Result<std::vector<SaidMessage>> read_unanalysed(SqlSession& sql, TenantId tenant,
                                                 ChatSessionId session, std::size_t count_max);
Result<void> write_analysis(SqlSession& sql, TenantId tenant, MessageId message,
                            std::string_view sentiment, std::string_view intent);

}  // namespace aiva::chat
