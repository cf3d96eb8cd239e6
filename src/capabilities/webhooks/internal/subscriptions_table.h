#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/webhooks/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::webhooks {

struct SubscriptionRow {
  Subscription subscription{};
  std::string sealed_secret{};
  std::string sealed_previous_secret{};
};

// The rows of webhook_subscriptions; lives inside one read or transaction.
class SubscriptionsTable {
 public:
  explicit SubscriptionsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(const SubscriptionRow& row);
  Result<std::optional<SubscriptionRow>> find(TenantId tenant, SubscriptionId id);
  // Oldest first.
  Result<std::vector<SubscriptionRow>> list(TenantId tenant);
  // Active ones that want events of the type.
  Result<std::vector<SubscriptionId>> wanting(TenantId tenant, std::string_view event_type);
  // Active ones of any tenant for which something is due; those that work first.
  Result<std::vector<Subscription>> with_due(UnixMs now, int count_max);
  // Writes everything but who it belongs to and when it was made.
  Result<void> save(const SubscriptionRow& row);
  // After an attempt: `failing_since` 0 says that it got through.
  Result<void> save_health(TenantId tenant, SubscriptionId id, UnixMs failing_since,
                           std::int64_t failures);
  Result<void> disable(TenantId tenant, SubscriptionId id, std::string_view reason, UnixMs now);
  Result<void> remove(TenantId tenant, SubscriptionId id);

 private:
  Result<std::vector<SubscriptionRow>> rows(std::string_view condition,
                                            SqlSession::Parameters values);

  SqlSession& sql_;
};

}  // namespace aiva::webhooks
