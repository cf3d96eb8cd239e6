#pragma once

#include <string_view>

#include "capabilities/chat/people.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements over hand-overs and chat_feedback. Every one is bound to a tenant.

Result<InboxEntry> find_inbox_entry(SqlSession& sql, TenantId tenant, ChatSessionId session);
Result<knowledge::PageOf<InboxEntry>> list_inbox(SqlSession& sql, TenantId tenant,
                                                 const InboxFilter& filter);
Result<void> set_waiting(SqlSession& sql, TenantId tenant, ChatSessionId session,
                         std::string_view reason, std::string_view queue, UnixMs now);
Result<void> set_claimed(SqlSession& sql, TenantId tenant, ChatSessionId session, UserId user,
                         UnixMs now);
Result<void> set_given_back(SqlSession& sql, TenantId tenant, ChatSessionId session, UnixMs now);

Result<void> put_feedback(SqlSession& sql, TenantId tenant, const Feedback& feedback);
Result<Feedback> find_feedback(SqlSession& sql, TenantId tenant, MessageId message);
Result<void> remove_feedback(SqlSession& sql, TenantId tenant, ChatSessionId session,
                             MessageId message);
Result<FeedbackReport> report_feedback(SqlSession& sql, TenantId tenant,
                                       const FeedbackFilter& filter);

}  // namespace aiva::chat
