#include "capabilities/webhooks/internal/deliverer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "capabilities/webhooks/retry_schedule.h"
#include "capabilities/webhooks/signature.h"
#include "foundation/crypto.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"
#include "foundation/secret_box.h"
#include "foundation/time.h"

namespace aiva::webhooks {
namespace {

using std::chrono::milliseconds;

constexpr int subscriptions_max = 200;             // looked at in one turn
constexpr std::chrono::seconds place_time_max{5};  // then others may have the place
constexpr UnixMs lease_ms = 60'000;                // longer than an attempt may take
constexpr UnixMs failing_ms_max = 3LL * 24 * 3600 * 1000;
constexpr std::int64_t failures_min = 10;
constexpr std::size_t error_bytes_max = 300;
constexpr std::size_t answer_bytes_max = 64 * 1024;

double chance() {
  std::array<std::uint8_t, 1> byte{};
  random_bytes(byte);
  return byte[0] / 255.0;
}

std::string body_of(const DueDelivery& due, TenantId tenant) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("id", due.delivery.event_id)
      .field("type", due.delivery.event_type)
      .field("sequence", due.delivery.event_sequence)
      .field("created_at", to_iso8601(due.event_created_at))
      .field("tenant_id", tenant)
      .key("data")
      .raw(due.data)
      .end_object();
  return body;
}

std::string sentence_of(int status) {
  auto text = "The receiver answered " + std::to_string(status);
  return status >= 300 && status < 400 ? text + "; redirects are not followed" : text;
}

Counter& outcome_counter(Metrics& metrics, const char* outcome) {
  return metrics.counter("aiva_webhook_attempts_total", "Attempts to deliver events by outcome",
                         {{"outcome", outcome}});
}

}  // namespace

Deliverer::Deliverer(WebhookParts parts, const WebhookSettings& settings, Outbox& outbox)
    : parts_(parts),
      settings_(settings),
      outbox_(outbox),
      delivered_(outcome_counter(parts.metrics, "delivered")),
      retried_(outcome_counter(parts.metrics, "retried")),
      failed_(outcome_counter(parts.metrics, "failed")) {}

Deliverer::~Deliverer() {
  stop_.request_stop();
  wait_idle();
}

void Deliverer::wait_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return busy_.empty(); });
}

Task<Result<void>> Deliverer::turn(CallContext context) {
  auto now = parts_.clock.unix_ms();
  auto find = [now](SqlSession& sql) -> Result<std::vector<Subscription>> {
    TRY(bool has_due, DeliveriesTable(sql).has_due(now));
    if (!has_due) return std::vector<Subscription>{};
    return SubscriptionsTable(sql).with_due(now, subscriptions_max);
  };
  auto reading = read(parts_.database, context, find);
  CO_TRY(auto found, co_await std::move(reading));
  for (const auto& subscription : found) {
    if (!begin(subscription)) continue;
    start(serve(subscription.tenant, subscription.id),
          [this, id = subscription.id](std::exception_ptr) { end(id); });
  }
  co_return Result<void>();
}

bool Deliverer::begin(const Subscription& subscription) {
  std::lock_guard lock(mutex_);
  if (stop_.stop_requested() || busy_.size() >= settings_.concurrency) return false;
  bool is_failing = subscription.failing_since != 0;
  auto failing = std::ranges::count_if(busy_, [](const auto& entry) { return entry.second; });
  if (is_failing && static_cast<std::size_t>(failing) >= (settings_.concurrency + 1) / 2)
    return false;
  return busy_.emplace(subscription.id, is_failing).second;
}

void Deliverer::end(SubscriptionId id) {
  std::lock_guard lock(mutex_);
  busy_.erase(id);
  idle_.notify_all();
}

Task<void> Deliverer::serve(TenantId tenant, SubscriptionId id) {
  auto until = parts_.clock.steady() + place_time_max;
  while (parts_.clock.steady() < until && !stop_.stop_requested()) {
    bool goes_on = co_await serve_one(tenant, id);
    if (!goes_on) co_return;
  }
}

Task<bool> Deliverer::serve_one(TenantId tenant, SubscriptionId id) {
  auto taken = co_await take(tenant, id);
  if (!taken) log::failure("A webhook delivery cannot be read", {.tenant = tenant}, taken.error());
  if (!taken || !*taken) co_return false;
  const auto& work = **taken;
  auto attempt = co_await send(work);
  bool goes_on = attempt.state == DeliveryState::delivered;
  auto noted = co_await note(work, std::move(attempt));
  if (noted) co_return goes_on;
  log::failure("A webhook delivery was not noted", {.tenant = tenant}, noted.error());
  co_return false;
}

Task<Result<std::optional<Deliverer::Work>>> Deliverer::take(TenantId tenant, SubscriptionId id) {
  auto now = parts_.clock.unix_ms();
  auto body = [=](SqlSession& sql) -> Result<std::optional<Work>> {
    TRY(auto row, SubscriptionsTable(sql).find(tenant, id));
    if (!row || !row->subscription.is_active) return std::nullopt;
    TRY(auto due, DeliveriesTable(sql).take(tenant, id, now, now + lease_ms));
    if (!due) return std::nullopt;
    return Work{.due = std::move(*due), .row = std::move(*row)};
  };
  auto work = co_await write(parts_.database, CallContext{}, body);
  co_return work;
}

Result<HttpRequest> Deliverer::request_of(const Work& work) const {
  const auto& subscription = work.row.subscription;
  auto purpose = "webhook:" + subscription.id.to_string();
  auto now = parts_.clock.unix_ms();
  std::vector<std::string> secrets(1);
  TRY(secrets[0], open_secret(settings_.master_key, work.row.sealed_secret, purpose));
  if (subscription.previous_secret_ends_at > now) {
    TRY(auto previous, open_secret(settings_.master_key, work.row.sealed_previous_secret, purpose));
    secrets.push_back(std::move(previous));
  }
  const auto& delivery = work.due.delivery;
  HttpRequest request{.method = "POST",
                      .url = subscription.url,
                      .body = body_of(work.due, subscription.tenant),
                      .timeout = settings_.timeout,
                      .response_bytes_max = answer_bytes_max,
                      .may_reach_private_addresses = settings_.may_reach_private_addresses};
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "AIVA-Webhooks/1"},
                     {"AIVA-Event", delivery.event_type},
                     {"AIVA-Event-Id", delivery.event_id},
                     {"AIVA-Delivery", delivery.id.to_string()},
                     {"AIVA-Attempt", std::to_string(delivery.attempts)},
                     {"AIVA-Signature", sign(secrets, now, request.body)}};
  return request;
}

// Only the head of the answer is waited for: what the body says is nobody's business.
Task<Attempt> Deliverer::send(const Work& work) {
  Attempt attempt{.state = DeliveryState::queued};
  auto request = request_of(work);
  if (!request) {
    attempt.error = request.error().message;
    co_return attempt;
  }
  auto started = parts_.clock.steady();
  CallContext context{.tenant = work.row.subscription.tenant,
                      .deadline = std::chrono::steady_clock::now() + settings_.timeout,
                      .cancellation = stop_.get_token()};
  auto opening = parts_.http.open(context, std::move(*request));
  auto answer = co_await std::move(opening);
  attempt.duration_ms =
      std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - started).count();
  if (!answer) {
    attempt.error = answer.error().message.substr(0, error_bytes_max);
    co_return attempt;
  }
  attempt.status = (*answer)->head().status;
  if (attempt.status >= 200 && attempt.status < 300)
    attempt.state = DeliveryState::delivered;
  else
    attempt.error = sentence_of(attempt.status);
  co_return attempt;
}

Task<Result<void>> Deliverer::note(const Work& work, Attempt attempt) {
  auto now = parts_.clock.unix_ms();
  const auto& delivery = work.due.delivery;
  const auto tenant = work.row.subscription.tenant;
  bool is_delivered = attempt.state == DeliveryState::delivered;
  bool is_broken_off = !is_delivered && stop_.stop_requested();
  attempt.next_attempt_at = now;
  if (!is_delivered && !is_broken_off) {
    auto delay = retry_delay(delivery.attempts, milliseconds(now - delivery.created_at), chance());
    attempt.state = delay ? DeliveryState::queued : DeliveryState::failed;
    if (delay) attempt.next_attempt_at += delay->count();
    (delay ? retried_ : failed_).add();
  }
  if (is_delivered) delivered_.add();
  auto body = [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(DeliveriesTable(sql).note(tenant, delivery.id, attempt, now));
    SubscriptionsTable subscriptions(sql);
    TRY(auto row, subscriptions.find(tenant, delivery.subscription));
    if (!row || is_broken_off) return {};
    if (!is_delivered) return note_failure(sql, work, std::move(*row), attempt.error, now);
    if (row->subscription.failing_since == 0) return {};
    return subscriptions.save_health(tenant, delivery.subscription, 0, 0);
  };
  auto outcome = co_await write(parts_.database, CallContext{}, body);
  co_return outcome;
}

Result<void> Deliverer::note_failure(SqlSession& sql, const Work& work, SubscriptionRow row,
                                     const std::string& error, UnixMs now) {
  auto& subscription = row.subscription;
  if (subscription.failing_since == 0) subscription.failing_since = now;
  ++subscription.failures;
  SubscriptionsTable table(sql);
  TRY_VOID(table.save_health(subscription.tenant, subscription.id, subscription.failing_since,
                             subscription.failures));
  bool is_hopeless =
      now - subscription.failing_since >= failing_ms_max && subscription.failures >= failures_min;
  if (!is_hopeless || !subscription.is_active) return {};
  auto reason = "Nothing got through for three days; at last: " + error;
  TRY_VOID(table.disable(subscription.tenant, subscription.id, reason, now));
  TRY_VOID(DeliveriesTable(sql).cancel(subscription.tenant, subscription.id, "Switched off", now));
  log::warn("a webhook was switched off",
            {{"webhook_id", subscription.id.to_string()}, {"url", subscription.url}});
  Event event{.type = std::string(event_types::webhook_disabled)};
  JsonWriter(event.data)
      .begin_object()
      .field("webhook_id", subscription.id)
      .field("url", subscription.url)
      .field("reason", reason)
      .field("last_event_id", work.due.delivery.event_id)
      .end_object();
  return outbox_.publish(sql, subscription.tenant, event);
}

}  // namespace aiva::webhooks
