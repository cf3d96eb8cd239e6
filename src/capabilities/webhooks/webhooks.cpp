#include "capabilities/webhooks/webhooks.h"

#include <algorithm>
#include <utility>

#include "capabilities/webhooks/internal/address_check.h"
#include "capabilities/webhooks/internal/deliverer.h"
#include "capabilities/webhooks/internal/deliveries_table.h"
#include "capabilities/webhooks/internal/subscriptions_table.h"
#include "capabilities/webhooks/internal/table_outbox.h"
#include "foundation/crypto.h"
#include "foundation/json_writer.h"
#include "foundation/secret_box.h"

namespace aiva::webhooks {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t subscriptions_max = 20;
constexpr std::size_t description_bytes_max = 500;
constexpr std::chrono::hours overlap_max{7 * 24};
constexpr std::chrono::hours range_max{31 * 24};
constexpr int replays_max = 1000;
constexpr int removals_max = 1000;  // in one transaction
constexpr int page_limit_max = 200;
constexpr std::size_t secret_bytes = 32;

Error no_such(const char* what) {
  return Error{.code = ErrorCode::not_found, .message = std::string("There is no such ") + what};
}

Result<void> check_event_types(const std::vector<std::string>& types) {
  auto is_known = [](const std::string& type) { return is_event_type(type); };
  bool wants_all = types == std::vector<std::string>{"*"};
  if (wants_all) return {};
  if (types.empty()) return fail(invalid_field("event_types", "must name one at least, or *"));
  if (types.size() > all_event_types().size() || !std::ranges::all_of(types, is_known))
    return fail(invalid_field("event_types", "must be event types that there are, or * alone"));
  return {};
}

Result<void> check_description(std::string_view text) {
  if (text.size() <= description_bytes_max) return {};
  return fail(invalid_field("description", "must have at most 500 bytes"));
}

class TableWebhooks final : public Webhooks {
 public:
  TableWebhooks(WebhookParts parts, WebhookSettings settings)
      : parts_(parts),
        settings_(std::move(settings)),
        outbox_(parts.clock),
        deliverer_(parts, settings_, outbox_) {}

  Task<Result<CreatedSubscription>> create(CallContext context, NewSubscription wanted) override {
    CO_TRY_VOID(check_address(wanted.url, settings_.may_reach_private_addresses));
    CO_TRY_VOID(check_event_types(wanted.event_types));
    CO_TRY_VOID(check_description(wanted.description));
    auto now = parts_.clock.unix_ms();
    auto secret = make_secret();
    SubscriptionRow row{.subscription = {.id = SubscriptionId::make(),
                                         .tenant = context.tenant,
                                         .url = std::move(wanted.url),
                                         .description = std::move(wanted.description),
                                         .event_types = std::move(wanted.event_types),
                                         .created_at = now,
                                         .updated_at = now}};
    row.sealed_secret = seal(secret, row.subscription.id);
    auto body = [&](SqlSession& sql) -> Result<void> {
      SubscriptionsTable table(sql);
      TRY(auto others, table.list(context.tenant));
      if (others.size() >= subscriptions_max)
        return fail(ErrorCode::conflict, "A tenant has at most 20 webhooks");
      return table.insert(row);
    };
    auto writing = write(parts_.database, context, body);
    CO_TRY_VOID(co_await std::move(writing));
    co_return CreatedSubscription{.subscription = std::move(row.subscription),
                                  .secret = std::move(secret)};
  }

  Task<Result<std::vector<Subscription>>> list(CallContext context) override {
    auto body = [&](SqlSession& sql) -> Result<std::vector<Subscription>> {
      TRY(auto rows, SubscriptionsTable(sql).list(context.tenant));
      std::vector<Subscription> subscriptions;
      for (auto& row : rows) subscriptions.push_back(std::move(row.subscription));
      return subscriptions;
    };
    auto listed = co_await read(parts_.database, context, body);
    co_return listed;
  }

  Task<Result<Subscription>> find(CallContext context, SubscriptionId id) override {
    auto body = [&](SqlSession& sql) -> Result<Subscription> {
      TRY(auto row, require_row(sql, context.tenant, id));
      return std::move(row.subscription);
    };
    auto found = co_await read(parts_.database, context, body);
    co_return found;
  }

  Task<Result<Subscription>> change(CallContext context, SubscriptionId id,
                                    SubscriptionChange change) override {
    if (change.url) CO_TRY_VOID(check_address(*change.url, settings_.may_reach_private_addresses));
    if (change.event_types) CO_TRY_VOID(check_event_types(*change.event_types));
    if (change.description) CO_TRY_VOID(check_description(*change.description));
    auto now = parts_.clock.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<Subscription> {
      TRY(auto row, require_row(sql, context.tenant, id));
      auto& subscription = row.subscription;
      subscription.url = change.url.value_or(subscription.url);
      subscription.description = change.description.value_or(subscription.description);
      subscription.event_types = change.event_types.value_or(subscription.event_types);
      subscription.updated_at = now;
      if (change.is_active) TRY_VOID(activate(sql, subscription, *change.is_active, now));
      TRY_VOID(SubscriptionsTable(sql).save(row));
      return std::move(subscription);
    };
    auto changed = co_await write(parts_.database, context, body);
    co_return changed;
  }

  Task<Result<void>> remove(CallContext context, SubscriptionId id) override {
    auto body = [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(require_row(sql, context.tenant, id));
      TRY_VOID(DeliveriesTable(sql).remove_of(context.tenant, id));
      return SubscriptionsTable(sql).remove(context.tenant, id);
    };
    auto outcome = co_await write(parts_.database, context, body);
    co_return outcome;
  }

  Task<Result<CreatedSubscription>> rotate_secret(CallContext context, SubscriptionId id,
                                                  std::chrono::seconds overlap) override {
    if (overlap < overlap.zero() || overlap > overlap_max)
      co_return fail(invalid_field("overlap_hours", "must be between 0 and 168"));
    auto now = parts_.clock.unix_ms();
    auto secret = make_secret();
    auto body = [&](SqlSession& sql) -> Result<Subscription> {
      TRY(auto row, require_row(sql, context.tenant, id));
      row.sealed_previous_secret = overlap > overlap.zero() ? row.sealed_secret : std::string();
      row.subscription.previous_secret_ends_at =
          overlap > overlap.zero() ? now + milliseconds(overlap).count() : 0;
      row.sealed_secret = seal(secret, id);
      row.subscription.updated_at = now;
      TRY_VOID(SubscriptionsTable(sql).save(row));
      return std::move(row.subscription);
    };
    auto changed = co_await write(parts_.database, context, body);
    if (!changed) co_return fail(std::move(changed.error()));
    co_return CreatedSubscription{.subscription = std::move(*changed), .secret = std::move(secret)};
  }

  Task<Result<Delivery>> send_test(CallContext context, SubscriptionId id) override {
    auto now = parts_.clock.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<Delivery> {
      TRY_VOID(require_active(sql, context.tenant, id));
      Event event{.type = std::string(event_types::webhook_test)};
      JsonWriter(event.data).begin_object().field("webhook_id", id).end_object();
      DeliveriesTable table(sql);
      TRY(auto sequence, table.insert_event(context.tenant, event, now));
      return queue(sql, context.tenant, id, sequence, false);
    };
    auto queued = co_await write(parts_.database, context, body);
    co_return queued;
  }

  Task<Result<std::vector<Delivery>>> deliveries(CallContext context, SubscriptionId id,
                                                 DeliveryFilter filter) override {
    if (filter.limit < 1 || filter.limit > page_limit_max)
      co_return fail(invalid_field("limit", "must be between 1 and 200"));
    auto body = [&](SqlSession& sql) -> Result<std::vector<Delivery>> {
      TRY_VOID(require_row(sql, context.tenant, id));
      return DeliveriesTable(sql).list(context.tenant, id, filter);
    };
    auto page = co_await read(parts_.database, context, body);
    co_return page;
  }

  Task<Result<Delivery>> replay(CallContext context, SubscriptionId id,
                                DeliveryId delivery) override {
    auto body = [&](SqlSession& sql) -> Result<Delivery> {
      TRY(auto found, DeliveriesTable(sql).find(context.tenant, id, delivery));
      if (!found) return fail(no_such("delivery"));
      TRY_VOID(require_active(sql, context.tenant, id));
      return queue(sql, context.tenant, id, found->event_sequence, true);
    };
    auto queued = co_await write(parts_.database, context, body);
    co_return queued;
  }

  Task<Result<std::int64_t>> replay_range(CallContext context, SubscriptionId id,
                                          ReplayRange range) override {
    if (range.until <= range.from)
      co_return fail(invalid_field("until", "must be after the beginning"));
    if (milliseconds(range.until - range.from) > range_max)
      co_return fail(invalid_field("until", "must be at most 31 days after the beginning"));
    auto now = parts_.clock.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<std::int64_t> {
      TRY(auto subscription, require_active(sql, context.tenant, id));
      DeliveriesTable table(sql);
      TRY(auto sequences, table.events_in(subscription, range, replays_max));
      for (auto sequence : sequences)
        TRY_VOID(table.insert(context.tenant, id, sequence, true, now));
      return std::ssize(sequences);
    };
    auto count = co_await write(parts_.database, context, body);
    co_return count;
  }

  Outbox& outbox() override { return outbox_; }
  Task<Result<void>> deliver(CallContext context) override { return deliverer_.turn(context); }
  void wait_idle() override { deliverer_.wait_idle(); }

  Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::hours age) override {
    auto before = parts_.clock.unix_ms() - milliseconds(age).count();
    auto body = [before](SqlSession& sql) {
      return DeliveriesTable(sql).remove_older(before, removals_max);
    };
    std::int64_t removed = 0;
    for (std::int64_t count = removals_max; count == removals_max; removed += count) {
      auto step = co_await write(parts_.database, context, body);
      if (!step) co_return fail(std::move(step.error()));
      count = *step;
    }
    co_return removed;
  }

 private:
  static std::string make_secret() { return "whsec_" + random_token(secret_bytes); }
  [[nodiscard]] std::string seal(const std::string& secret, SubscriptionId id) const {
    return seal_secret(settings_.master_key, secret, "webhook:" + id.to_string());
  }

  static Result<SubscriptionRow> require_row(SqlSession& sql, TenantId tenant, SubscriptionId id) {
    TRY(auto row, SubscriptionsTable(sql).find(tenant, id));
    if (!row) return fail(no_such("webhook"));
    return std::move(*row);
  }
  static Result<Subscription> require_active(SqlSession& sql, TenantId tenant, SubscriptionId id) {
    TRY(auto row, require_row(sql, tenant, id));
    if (row.subscription.is_active) return std::move(row.subscription);
    return fail(ErrorCode::conflict, "The webhook is switched off");
  }
  static Result<void> activate(SqlSession& sql, Subscription& subscription, bool is_active,
                               UnixMs now) {
    if (is_active && !subscription.is_active) {
      subscription.disabled_reason.clear();
      subscription.failing_since = 0;
      subscription.failures = 0;
    }
    subscription.is_active = is_active;
    if (is_active) return {};
    return DeliveriesTable(sql).cancel(subscription.tenant, subscription.id, "Switched off", now);
  }
  Result<Delivery> queue(SqlSession& sql, TenantId tenant, SubscriptionId id,
                         std::int64_t event_sequence, bool is_replay) const {
    DeliveriesTable table(sql);
    TRY(auto delivery, table.insert(tenant, id, event_sequence, is_replay, parts_.clock.unix_ms()));
    TRY(auto queued, table.find(tenant, id, delivery));
    if (!queued) return fail(internal_error("a delivery vanished"));
    return std::move(*queued);
  }

  WebhookParts parts_;
  WebhookSettings settings_;
  TableOutbox outbox_;
  Deliverer deliverer_;
};

}  // namespace

std::unique_ptr<Webhooks> make_webhooks(WebhookParts parts, WebhookSettings settings) {
  return std::make_unique<TableWebhooks>(parts, std::move(settings));
}

}  // namespace aiva::webhooks
