#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "capabilities/webhooks/internal/deliveries_table.h"
#include "capabilities/webhooks/internal/subscriptions_table.h"
#include "capabilities/webhooks/webhooks.h"

namespace aiva::webhooks {

// Sends what is due. A subscription gets one event at a time, so that events arrive in their order
// as long as they arrive; one that failed is sent again later and does not hold up those behind it.
// Subscriptions that fail have half of the places at most. Any thread.
class Deliverer {
 public:
  // `settings` must outlive it.
  Deliverer(WebhookParts parts, const WebhookSettings& settings, Outbox& outbox);
  // Breaks off what is being sent, to be sent again, and waits for its end.
  ~Deliverer();
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  Task<Result<void>> turn(CallContext context);
  void wait_idle();

 private:
  struct Work {
    DueDelivery due{};
    SubscriptionRow row{};
  };

  bool begin(const Subscription& subscription);
  void end(SubscriptionId id);
  Task<void> serve(TenantId tenant, SubscriptionId id);
  // False when nothing is left to do for now.
  Task<bool> serve_one(TenantId tenant, SubscriptionId id);
  Task<Result<std::optional<Work>>> take(TenantId tenant, SubscriptionId id);
  Task<Attempt> send(const Work& work);
  Result<HttpRequest> request_of(const Work& work) const;
  Task<Result<void>> note(const Work& work, Attempt attempt);
  Result<void> note_failure(SqlSession& sql, const Work& work, SubscriptionRow row,
                            const std::string& error, UnixMs now);

  WebhookParts parts_;
  const WebhookSettings& settings_;
  Outbox& outbox_;
  Counter& delivered_;
  Counter& retried_;
  Counter& failed_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<SubscriptionId, bool> busy_;  // and whether it has been failing
};

}  // namespace aiva::webhooks
