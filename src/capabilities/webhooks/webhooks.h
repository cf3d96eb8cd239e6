#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/webhooks/outbox.h"
#include "capabilities/webhooks/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/http_client.h"

namespace aiva::webhooks {

// Tells tenants' own systems what happened: signed, at least once, tried for a day.
class Webhooks {
 public:
  virtual ~Webhooks() = default;

  // `invalid` for an address that is not https or an event type that is not there; `conflict`
  // beyond 20 of a tenant.
  virtual Task<Result<CreatedSubscription>> create(CallContext context,
                                                   NewSubscription subscription) = 0;
  // Oldest first. These and the following are about subscriptions of `context.tenant`; another
  // one's is `not_found`.
  virtual Task<Result<std::vector<Subscription>>> list(CallContext context) = 0;
  virtual Task<Result<Subscription>> find(CallContext context, SubscriptionId id) = 0;
  // Switched on again, a subscription starts without failures; switched off, what waits is
  // cancelled.
  virtual Task<Result<Subscription>> change(CallContext context, SubscriptionId id,
                                            SubscriptionChange change) = 0;
  // With its deliveries.
  virtual Task<Result<void>> remove(CallContext context, SubscriptionId id) = 0;
  // Makes a new secret; the present one signs too for `overlap` (0 to 7 days).
  virtual Task<Result<CreatedSubscription>> rotate_secret(CallContext context, SubscriptionId id,
                                                          std::chrono::seconds overlap) = 0;

  // Queues an event of type webhook.test for this subscription only.
  virtual Task<Result<Delivery>> send_test(CallContext context, SubscriptionId id) = 0;
  // Newest first.
  virtual Task<Result<std::vector<Delivery>>> deliveries(CallContext context, SubscriptionId id,
                                                         DeliveryFilter filter) = 0;
  // Queues the event of a delivery once more; `conflict` while the subscription is switched off.
  virtual Task<Result<Delivery>> replay(CallContext context, SubscriptionId id,
                                        DeliveryId delivery) = 0;
  // The same for a range, in the order of the events, 1000 at most; answers how many.
  virtual Task<Result<std::int64_t>> replay_range(CallContext context, SubscriptionId id,
                                                  ReplayRange range) = 0;

  virtual Outbox& outbox() = 0;
  // Begins to send what is due, as many at once as the settings say, and returns; to be called
  // about every second. What is being sent goes on by itself.
  virtual Task<Result<void>> deliver(CallContext context) = 0;
  // Waits until nothing is being sent.
  virtual void wait_idle() = 0;
  // Forgets events that are older, and what became of them; answers how many deliveries.
  virtual Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::hours age) = 0;
};

struct WebhookSettings {
  // Also http and addresses that are not public: for receivers in the operator's own network.
  bool may_reach_private_addresses = false;
  std::string master_key{};      // 32 bytes; seals the secrets
  std::size_t concurrency = 16;  // deliveries at once
  std::chrono::milliseconds timeout{10'000};
};

// What webhooks need of the world; everything is borrowed.
struct WebhookParts {
  Database& database;
  HttpClient& http;
  const Clock& clock;
  Metrics& metrics;
};

// The destructor waits for what is being sent.
std::unique_ptr<Webhooks> make_webhooks(WebhookParts parts, WebhookSettings settings);

}  // namespace aiva::webhooks
