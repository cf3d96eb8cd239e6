#include "capabilities/models/internal/lanes.h"

#include <algorithm>

namespace aiva::models {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t tenant_lanes_max = 4096;
constexpr milliseconds hold_usual{1000};
constexpr milliseconds hold_max{60000};

std::string name_of(Breaker::State state) {
  switch (state) {
    case Breaker::State::closed: return "closed";
    case Breaker::State::open: return "open";
    case Breaker::State::half_open: return "half_open";
  }
  return "closed";
}

}  // namespace

LaneState Lane::describe() const {
  LaneState state{.breaker = name_of(breaker.state())};
  state.retry_in_s = std::chrono::ceil<std::chrono::seconds>(breaker.rest_left()).count();
  gate.describe(state);
  return state;
}

Lanes::Lanes(Needs needs) : needs_(needs) {
  const auto& providers = needs_.settings.providers;
  for (const auto& provider : providers)
    metrics_.push_back(std::make_unique<ProviderMetrics>(needs_.metrics, provider.name));
  for (std::size_t i = 0; i < providers.size(); ++i) {
    bool is_usable = !providers[i].api_key.empty() || !providers[i].needs_key;
    Key key{.secret = providers[i].api_key, .limits = providers[i].limits, .owner = "server"};
    servers_.push_back(is_usable ? make(i, key) : nullptr);
  }
}

std::shared_ptr<Lane> Lanes::make(std::size_t provider, const Key& key) {
  const auto& settings = needs_.settings;
  GateOptions gate{.limits = key.limits,
                   .queue_timeout = settings.queue_timeout,
                   .waiting_max = settings.waiting_max,
                   .waiting_per_tenant_max = settings.waiting_per_tenant_max,
                   .shared = needs_.shared,
                   .shared_name = "model:" + settings.providers[provider].name + ":" + key.owner};
  BreakerOptions breaker{.failures_max = settings.breaker_failures, .rest = settings.breaker_rest};
  auto lane = std::make_shared<Lane>(settings.providers[provider], *metrics_[provider], breaker,
                                     gate, needs_.clock, needs_.pause);
  // The lane owns the model, so it is there as long as the model speaks.
  auto listen = [&lane = *lane](const model_server::Failure& failure) {
    lane.metrics.count(failure.kind);
    if (failure.kind != model_server::FailureKind::rate_limited) return;
    lane.gate.hold(std::min(failure.retry_after.value_or(hold_usual), hold_max));
  };
  lane->model = needs_.make_model(settings.providers[provider], key.secret, listen);
  return lane;
}

Result<std::shared_ptr<Lane>> Lanes::find(std::size_t provider, TenantId tenant,
                                          const SealedKeys& keys) {
  const auto* key = find_key(keys, needs_.settings.providers[provider].name);
  if (key == nullptr) return servers_[provider];
  return find_tenants(provider, tenant, *key);
}

Result<std::shared_ptr<Lane>> Lanes::find_tenants(std::size_t provider, TenantId tenant,
                                                  const SealedKey& key) {
  std::lock_guard lock(mutex_);
  auto& known = tenants_[{tenant, provider}];
  known.used = ++uses_;
  // Another sealing, or other limits: every change makes a new one.
  auto version = key.sealed + "#" + std::to_string(key.shown.updated_at);
  if (known.lane != nullptr && known.sealed == version) return known.lane;
  auto opened = needs_.keys.open(tenant, key);
  if (!opened) {
    tenants_.erase({tenant, provider});
    return fail(std::move(opened.error()));
  }
  known.sealed = std::move(version);
  KeyLimits limits{.requests_per_minute = key.shown.requests_per_minute,
                   .tokens_per_minute = key.shown.tokens_per_minute};
  known.lane =
      make(provider, {.secret = std::move(*opened), .limits = limits, .owner = tenant.to_string()});
  auto lane = known.lane;
  forget_oldest();
  return lane;
}

void Lanes::forget_oldest() {
  if (tenants_.size() <= tenant_lanes_max) return;
  auto oldest =
      std::ranges::min_element(tenants_, {}, [](const auto& entry) { return entry.second.used; });
  tenants_.erase(oldest);
}

}  // namespace aiva::models
