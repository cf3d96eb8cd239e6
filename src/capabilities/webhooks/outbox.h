#pragma once

#include <string>
#include <string_view>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::webhooks {

// The kinds of events there are; subscriptions name them.
namespace event_types {

inline constexpr std::string_view document_completed = "document.completed";
inline constexpr std::string_view document_failed = "document.failed";
inline constexpr std::string_view document_deleted = "document.deleted";
inline constexpr std::string_view knowledge_base_deleted = "knowledge_base.deleted";
inline constexpr std::string_view chat_answered = "chat.answered";
inline constexpr std::string_view chat_transfer_requested = "chat.transfer_requested";
inline constexpr std::string_view chat_feedback_given = "chat.feedback_given";
inline constexpr std::string_view chat_ended = "chat.ended";
inline constexpr std::string_view chat_moderated = "chat.moderated";
inline constexpr std::string_view call_started = "call.started";
inline constexpr std::string_view call_ended = "call.ended";
inline constexpr std::string_view campaign_finished = "campaign.finished";
inline constexpr std::string_view contact_finished = "contact.finished";
inline constexpr std::string_view credits_added = "credits.added";
inline constexpr std::string_view credits_low_balance = "credits.low_balance";
inline constexpr std::string_view credits_budget_reached = "credits.budget_reached";
inline constexpr std::string_view webhook_disabled = "webhook.disabled";
inline constexpr std::string_view webhook_test = "webhook.test";  // to the one that asked only

}  // namespace event_types

// Something that happened to a tenant's things.
struct Event {
  std::string type;    // one of event_types
  std::string data{};  // a JSON object; ids and figures, never texts of users or documents
};

// Where capabilities put events, inside the transaction that makes them true: subscribers hear of
// them if and only if it is committed.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // Costs one statement for a tenant whose subscriptions do not want the type, and then writes
  // nothing. Data above 64 KiB is replaced by its size. Fails with `internal` for a type that is
  // not in the list, and as the database does.
  virtual Result<void> publish(SqlSession& session, TenantId tenant, const Event& event) = 0;
};

}  // namespace aiva::webhooks
