#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/webhooks/outbox.h"
#include "capabilities/webhooks/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::webhooks {

// A delivery with what has to be sent.
struct DueDelivery {
  Delivery delivery{};
  std::string data{};
  UnixMs event_created_at = 0;
};

// What an attempt came to.
struct Attempt {
  DeliveryState state = DeliveryState::delivered;
  int status = 0;
  std::string error{};
  std::int64_t duration_ms = 0;
  UnixMs next_attempt_at = 0;
};

// The rows of webhook_events and webhook_deliveries; lives inside one read or transaction.
class DeliveriesTable {
 public:
  explicit DeliveriesTable(SqlSession& sql) : sql_(sql) {}

  // Writes an event; answers its sequence.
  Result<std::int64_t> insert_event(TenantId tenant, const Event& event, UnixMs now);
  Result<DeliveryId> insert(TenantId tenant, SubscriptionId subscription,
                            std::int64_t event_sequence, bool is_replay, UnixMs now);
  Result<bool> has_due(UnixMs now);
  // The oldest that is due for the subscription, leased until `leased_until`.
  Result<std::optional<DueDelivery>> take(TenantId tenant, SubscriptionId subscription, UnixMs now,
                                          UnixMs leased_until);
  // Writes what an attempt came to, unless the delivery was cancelled meanwhile.
  Result<void> note(TenantId tenant, DeliveryId id, const Attempt& attempt, UnixMs now);
  Result<std::optional<Delivery>> find(TenantId tenant, SubscriptionId subscription, DeliveryId id);
  // Newest first.
  Result<std::vector<Delivery>> list(TenantId tenant, SubscriptionId subscription,
                                     const DeliveryFilter& filter);
  // Events of the tenant in the range and of the types, oldest first, that a subscription got or,
  // with `only_failed`, did not.
  Result<std::vector<std::int64_t>> events_in(const Subscription& subscription,
                                              const ReplayRange& range, int count_max);
  // Cancels what waits for a subscription.
  Result<void> cancel(TenantId tenant, SubscriptionId subscription, std::string_view reason,
                      UnixMs now);
  Result<void> remove_of(TenantId tenant, SubscriptionId subscription);
  // Removes up to `count_max` ended deliveries, and events none is left of; answers how many
  // deliveries.
  Result<std::int64_t> remove_older(UnixMs before, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::webhooks
