#include "capabilities/webhooks/internal/deliveries_table.h"
#include "ports/delete_selected.h"

#include <algorithm>
#include <utility>

namespace aiva::webhooks {
namespace {

constexpr std::string_view columns =
    "SELECT d.sequence, d.id, d.subscription_id, d.event_sequence, e.id, e.type, d.state, "
    "d.is_replay, d.attempts, d.last_status, d.last_error, d.last_duration_ms, d.next_attempt_at, "
    "d.created_at, d.updated_at, e.data, e.created_at FROM webhook_deliveries d "
    "JOIN webhook_events e ON e.sequence = d.event_sequence WHERE ";

Delivery to_delivery(const SqlRow& row) {
  return {.sequence = row.integer(0),
          .id = row.id<DeliveryId>(1),
          .subscription = row.id<SubscriptionId>(2),
          .event_sequence = row.integer(3),
          .event_id = std::string(row.text(4)),
          .event_type = std::string(row.text(5)),
          .state = parse_delivery_state(row.text(6)).value_or(DeliveryState::failed),
          .is_replay = row.integer(7) != 0,
          .attempts = row.integer(8),
          .last_status = static_cast<int>(row.integer(9)),
          .last_error = std::string(row.text(10)),
          .last_duration_ms = row.integer(11),
          .next_attempt_at = row.integer(12),
          .created_at = row.integer(13),
          .updated_at = row.integer(14)};
}

}  // namespace

Result<std::int64_t> DeliveriesTable::insert_event(TenantId tenant, const Event& event,
                                                   UnixMs now) {
  auto id = Uuid::make().to_string();
  TRY_VOID(
      sql_.execute("INSERT INTO webhook_events (id, tenant_id, type, data, created_at) "
                   "VALUES (?, ?, ?, ?, ?)",
                   {id, tenant, event.type, event.data, now}));
  std::int64_t sequence = 0;
  TRY_VOID(sql_.query("SELECT sequence FROM webhook_events WHERE id = ?", {id},
                      [&](const SqlRow& row) -> Result<void> {
                        sequence = row.integer(0);
                        return {};
                      }));
  return sequence;
}

Result<DeliveryId> DeliveriesTable::insert(TenantId tenant, SubscriptionId subscription,
                                           std::int64_t event_sequence, bool is_replay,
                                           UnixMs now) {
  auto id = DeliveryId::make();
  TRY_VOID(sql_.execute(
      "INSERT INTO webhook_deliveries (id, tenant_id, subscription_id, event_sequence, is_replay, "
      "next_attempt_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {id, tenant, subscription, event_sequence, is_replay, now, now, now}));
  return id;
}

Result<bool> DeliveriesTable::has_due(UnixMs now) {
  bool is_due = false;
  TRY_VOID(
      sql_.query("SELECT 1 FROM webhook_deliveries WHERE state = 'queued' "
                 "AND next_attempt_at <= ? LIMIT 1",
                 {now}, [&](const SqlRow&) -> Result<void> {
                   is_due = true;
                   return {};
                 }));
  return is_due;
}

Result<std::optional<DueDelivery>> DeliveriesTable::take(TenantId tenant,
                                                         SubscriptionId subscription, UnixMs now,
                                                         UnixMs leased_until) {
  std::optional<DueDelivery> due;
  auto statement = std::string(columns) +
                   "d.tenant_id = ? AND d.subscription_id = ? AND d.state = 'queued' "
                   "AND d.next_attempt_at <= ? AND d.leased_until <= ? "
                   "ORDER BY d.next_attempt_at, d.sequence LIMIT 1";
  TRY_VOID(sql_.query(statement, {tenant, subscription, now, now},
                      [&](const SqlRow& row) -> Result<void> {
                        due = DueDelivery{.delivery = to_delivery(row),
                                          .data = std::string(row.text(15)),
                                          .event_created_at = row.integer(16)};
                        return {};
                      }));
  if (!due) return due;
  // Where there are several writers another may have been faster.
  TRY(auto taken, sql_.execute("UPDATE webhook_deliveries SET leased_until = ?, "
                               "attempts = attempts + 1, updated_at = ? WHERE id = ? "
                               "AND state = 'queued' AND leased_until <= ?",
                               {leased_until, now, due->delivery.id, now}));
  if (taken == 0) return std::nullopt;
  ++due->delivery.attempts;
  return due;
}

Result<void> DeliveriesTable::note(TenantId tenant, DeliveryId id, const Attempt& attempt,
                                   UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE webhook_deliveries SET state = ?, last_status = ?, last_error = ?, "
                   "last_duration_ms = ?, next_attempt_at = ?, leased_until = 0, updated_at = ? "
                   "WHERE tenant_id = ? AND id = ? AND state = 'queued'",
                   {to_string(attempt.state), attempt.status, attempt.error, attempt.duration_ms,
                    attempt.next_attempt_at, now, tenant, id}));
  return {};
}

Result<std::optional<Delivery>> DeliveriesTable::find(TenantId tenant, SubscriptionId subscription,
                                                      DeliveryId id) {
  std::optional<Delivery> found;
  auto statement = std::string(columns) + "d.id = ? AND d.tenant_id = ? AND d.subscription_id = ?";
  TRY_VOID(
      sql_.query(statement, {id, tenant, subscription}, [&](const SqlRow& row) -> Result<void> {
        found = to_delivery(row);
        return {};
      }));
  return found;
}

Result<std::vector<Delivery>> DeliveriesTable::list(TenantId tenant, SubscriptionId subscription,
                                                    const DeliveryFilter& filter) {
  std::vector<Delivery> deliveries;
  auto note = [&](const SqlRow& row) -> Result<void> {
    deliveries.push_back(to_delivery(row));
    return {};
  };
  auto statement =
      std::string(columns) + "d.tenant_id = ? AND d.subscription_id = ? AND d.sequence < ? ";
  constexpr std::string_view order = "ORDER BY d.sequence DESC LIMIT ?";
  if (filter.state) {
    statement.append("AND d.state = ? ").append(order);
    TRY_VOID(sql_.query(
        statement, {tenant, subscription, filter.before, to_string(*filter.state), filter.limit},
        note));
  } else {
    statement.append(order);
    TRY_VOID(sql_.query(statement, {tenant, subscription, filter.before, filter.limit}, note));
  }
  return deliveries;
}

Result<std::vector<std::int64_t>> DeliveriesTable::events_in(const Subscription& subscription,
                                                             const ReplayRange& range,
                                                             int count_max) {
  std::vector<std::int64_t> sequences;
  bool wants_all = subscription.event_types == std::vector<std::string>{"*"};
  auto note = [&](const SqlRow& row) -> Result<void> {
    bool is_wanted = wants_all || std::ranges::find(subscription.event_types, row.text(1)) !=
                                      subscription.event_types.end();
    if (is_wanted && std::ssize(sequences) < count_max) sequences.push_back(row.integer(0));
    return {};
  };
  std::string statement =
      "SELECT e.sequence, e.type FROM webhook_events e WHERE e.tenant_id = ? "
      "AND e.created_at >= ? AND e.created_at < ? AND e.type <> 'webhook.test' "
      "AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_sequence = e.sequence "
      "AND d.subscription_id = ? AND d.state ";
  // What still waits comes by itself.
  statement += range.only_failed ? "IN ('delivered', 'queued')) " : "= 'queued') ";
  statement += "ORDER BY e.sequence";
  TRY_VOID(
      sql_.query(statement, {subscription.tenant, range.from, range.until, subscription.id}, note));
  return sequences;
}

Result<void> DeliveriesTable::cancel(TenantId tenant, SubscriptionId subscription,
                                     std::string_view reason, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE webhook_deliveries SET state = 'cancelled', last_error = ?, "
                   "updated_at = ? WHERE tenant_id = ? AND subscription_id = ? "
                   "AND state = 'queued'",
                   {reason, now, tenant, subscription}));
  return {};
}

Result<void> DeliveriesTable::remove_of(TenantId tenant, SubscriptionId subscription) {
  TRY_VOID(
      sql_.execute("DELETE FROM webhook_deliveries WHERE tenant_id = ? AND subscription_id = ?",
                   {tenant, subscription}));
  return {};
}

Result<std::int64_t> DeliveriesTable::remove_older(UnixMs before, int count_max) {
  TRY(auto removed, delete_selected(sql_, {.table = "webhook_deliveries", .key = "sequence"},
                                    "SELECT sequence FROM webhook_deliveries WHERE created_at < ? "
                                    "AND state IN ('delivered', 'failed', 'cancelled') LIMIT ?",
                                    {before, count_max}));
  TRY_VOID(delete_selected(
      sql_, {.table = "webhook_events", .key = "sequence"},
      "SELECT e.sequence FROM webhook_events e WHERE e.created_at < ? AND NOT EXISTS "
      "(SELECT 1 FROM webhook_deliveries d WHERE d.event_sequence = e.sequence) LIMIT ?",
      {before, count_max}));
  return removed;
}

}  // namespace aiva::webhooks
