#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::webhooks {

using SubscriptionId = Id<struct WebhookSubscriptionTag>;
using DeliveryId = Id<struct WebhookDeliveryTag>;

// Every event type a subscription may name.
const std::vector<std::string_view>& all_event_types();
bool is_event_type(std::string_view text);

// An address that is told of events.
struct Subscription {
  SubscriptionId id{};
  TenantId tenant{};
  std::string url{};
  std::string description{};
  std::vector<std::string> event_types{};  // "*": all
  bool is_active = true;
  std::string disabled_reason{};  // why AIVA switched it off
  UnixMs failing_since = 0;       // 0: the last attempt got through
  std::int64_t failures = 0;      // attempts since then
  UnixMs previous_secret_ends_at = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewSubscription {
  std::string url;
  std::string description{};
  std::vector<std::string> event_types{"*"};
};

struct SubscriptionChange {
  std::optional<std::string> url{};
  std::optional<std::string> description{};
  std::optional<std::vector<std::string>> event_types{};
  std::optional<bool> is_active{};
};

// A subscription and its secret, which is shown this once.
struct CreatedSubscription {
  Subscription subscription{};
  std::string secret{};
};

enum class DeliveryState { queued, delivered, failed, cancelled };

std::string_view to_string(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

// One event on its way to one subscription.
struct Delivery {
  std::int64_t sequence = 0;  // ascending with time
  DeliveryId id{};
  SubscriptionId subscription{};
  std::int64_t event_sequence = 0;
  std::string event_id{};
  std::string event_type{};
  DeliveryState state = DeliveryState::queued;
  bool is_replay = false;
  std::int64_t attempts = 0;
  int last_status = 0;  // of the last answer; 0: there was none
  std::string last_error{};
  std::int64_t last_duration_ms = 0;
  UnixMs next_attempt_at = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct DeliveryFilter {
  std::optional<DeliveryState> state{};
  int limit = 50;                   // 1…200
  std::int64_t before = INT64_MAX;  // sequences below it
};

// Events to be told again: all of a subscription's types in [from, until), or only what failed.
struct ReplayRange {
  UnixMs from = 0;
  UnixMs until = 0;
  bool only_failed = false;
};

}  // namespace aiva::webhooks
