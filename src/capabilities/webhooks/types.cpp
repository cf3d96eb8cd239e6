#include "capabilities/webhooks/types.h"

#include <algorithm>

#include "capabilities/webhooks/outbox.h"

namespace aiva::webhooks {

const std::vector<std::string_view>& all_event_types() {
  using namespace event_types;
  static const std::vector<std::string_view> all{
      document_completed,     document_failed, document_deleted,
      knowledge_base_deleted, chat_answered,   chat_transfer_requested,
      chat_feedback_given,    chat_ended,      chat_moderated,
      call_started,           call_ended,      campaign_finished,
      contact_finished,       credits_added,   credits_low_balance,
      credits_budget_reached, webhook_disabled};
  return all;
}

bool is_event_type(std::string_view text) {
  return std::ranges::find(all_event_types(), text) != all_event_types().end();
}

std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::queued: return "queued";
    case DeliveryState::delivered: return "delivered";
    case DeliveryState::failed: return "failed";
    case DeliveryState::cancelled: return "cancelled";
  }
  return "";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  using enum DeliveryState;
  for (auto state : {queued, delivered, failed, cancelled})
    if (text == to_string(state)) return state;
  return std::nullopt;
}

}  // namespace aiva::webhooks
