#include "capabilities/webhooks/internal/subscriptions_table.h"

#include <utility>

namespace aiva::webhooks {
namespace {

constexpr std::string_view columns =
    "SELECT s.id, s.tenant_id, s.url, s.description, s.event_types, s.is_active, "
    "s.disabled_reason, s.failing_since, s.failures, s.previous_ends_at, s.created_at, "
    "s.updated_at, s.sealed_secret, s.sealed_previous_secret FROM webhook_subscriptions s WHERE ";

std::string join(const std::vector<std::string>& types) {
  std::string text = " ";
  for (const auto& type : types) text.append(type).append(" ");
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> types;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty()) types.emplace_back(word);
  }
  return types;
}

SubscriptionRow to_row(const SqlRow& row) {
  return {.subscription = {.id = row.id<SubscriptionId>(0),
                           .tenant = row.id<TenantId>(1),
                           .url = std::string(row.text(2)),
                           .description = std::string(row.text(3)),
                           .event_types = split(row.text(4)),
                           .is_active = row.integer(5) != 0,
                           .disabled_reason = std::string(row.text(6)),
                           .failing_since = row.integer(7),
                           .failures = row.integer(8),
                           .previous_secret_ends_at = row.integer(9),
                           .created_at = row.integer(10),
                           .updated_at = row.integer(11)},
          .sealed_secret = std::string(row.text(12)),
          .sealed_previous_secret = std::string(row.text(13))};
}

}  // namespace

Result<void> SubscriptionsTable::insert(const SubscriptionRow& row) {
  const auto& subscription = row.subscription;
  TRY_VOID(sql_.execute(
      "INSERT INTO webhook_subscriptions (id, tenant_id, url, description, event_types, "
      "sealed_secret, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {subscription.id, subscription.tenant, subscription.url, subscription.description,
       join(subscription.event_types), row.sealed_secret, subscription.created_at,
       subscription.updated_at}));
  return {};
}

Result<std::vector<SubscriptionRow>> SubscriptionsTable::rows(std::string_view condition,
                                                              SqlSession::Parameters values) {
  std::vector<SubscriptionRow> found;
  auto statement = std::string(columns).append(condition);
  TRY_VOID(sql_.query(statement, values, [&](const SqlRow& row) -> Result<void> {
    found.push_back(to_row(row));
    return {};
  }));
  return found;
}

Result<std::optional<SubscriptionRow>> SubscriptionsTable::find(TenantId tenant,
                                                                SubscriptionId id) {
  TRY(auto found, rows("s.tenant_id = ? AND s.id = ?", {tenant, id}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<SubscriptionRow>> SubscriptionsTable::list(TenantId tenant) {
  return rows("s.tenant_id = ? ORDER BY s.created_at, s.id", {tenant});
}

Result<std::vector<SubscriptionId>> SubscriptionsTable::wanting(TenantId tenant,
                                                                std::string_view event_type) {
  std::vector<SubscriptionId> ids;
  auto word = " " + std::string(event_type) + " ";
  TRY_VOID(
      sql_.query("SELECT id FROM webhook_subscriptions WHERE tenant_id = ? AND is_active = 1 "
                 "AND (event_types = ' * ' OR INSTR(event_types, ?) > 0)",
                 {tenant, word}, [&](const SqlRow& row) -> Result<void> {
                   ids.push_back(row.id<SubscriptionId>(0));
                   return {};
                 }));
  return ids;
}

Result<std::vector<Subscription>> SubscriptionsTable::with_due(UnixMs now, int count_max) {
  TRY(auto found,
      rows("s.is_active = 1 AND EXISTS (SELECT 1 FROM webhook_deliveries d "
           "WHERE d.subscription_id = s.id AND d.state = 'queued' AND d.next_attempt_at <= ? "
           "AND d.leased_until <= ?) ORDER BY s.failing_since, s.id LIMIT ?",
           {now, now, count_max}));
  std::vector<Subscription> subscriptions;
  for (auto& row : found) subscriptions.push_back(std::move(row.subscription));
  return subscriptions;
}

Result<void> SubscriptionsTable::save(const SubscriptionRow& row) {
  const auto& subscription = row.subscription;
  TRY_VOID(sql_.execute(
      "UPDATE webhook_subscriptions SET url = ?, description = ?, event_types = ?, is_active = ?, "
      "disabled_reason = ?, failing_since = ?, failures = ?, sealed_secret = ?, "
      "sealed_previous_secret = ?, previous_ends_at = ?, updated_at = ? "
      "WHERE tenant_id = ? AND id = ?",
      {subscription.url, subscription.description, join(subscription.event_types),
       subscription.is_active, subscription.disabled_reason, subscription.failing_since,
       subscription.failures, row.sealed_secret, row.sealed_previous_secret,
       subscription.previous_secret_ends_at, subscription.updated_at, subscription.tenant,
       subscription.id}));
  return {};
}

Result<void> SubscriptionsTable::save_health(TenantId tenant, SubscriptionId id,
                                             UnixMs failing_since, std::int64_t failures) {
  TRY_VOID(
      sql_.execute("UPDATE webhook_subscriptions SET failing_since = ?, failures = ? "
                   "WHERE tenant_id = ? AND id = ?",
                   {failing_since, failures, tenant, id}));
  return {};
}

Result<void> SubscriptionsTable::disable(TenantId tenant, SubscriptionId id,
                                         std::string_view reason, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE webhook_subscriptions SET is_active = 0, disabled_reason = ?, "
                   "updated_at = ? WHERE tenant_id = ? AND id = ?",
                   {reason, now, tenant, id}));
  return {};
}

Result<void> SubscriptionsTable::remove(TenantId tenant, SubscriptionId id) {
  TRY_VOID(sql_.execute("DELETE FROM webhook_subscriptions WHERE tenant_id = ? AND id = ?",
                        {tenant, id}));
  return {};
}

}  // namespace aiva::webhooks
