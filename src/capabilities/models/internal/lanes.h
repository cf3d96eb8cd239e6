#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/models/internal/breaker.h"
#include "capabilities/models/internal/gate.h"
#include "capabilities/models/internal/provider_metrics.h"
#include "capabilities/models/internal/tenant_keys.h"
#include "capabilities/models/models.h"

namespace aiva::models {

// One key of one provider and everything that belongs to it.
struct Lane {
  Lane(const ProviderSettings& provider_given, ProviderMetrics& metrics_given,
       const BreakerOptions& breaker_options, const GateOptions& gate_options, const Clock& clock,
       const Pause& pause)
      : provider(provider_given),
        metrics(metrics_given),
        breaker(breaker_options, clock),
        gate(gate_options, clock, pause) {}

  [[nodiscard]] LaneState describe() const;

  const ProviderSettings& provider;
  ProviderMetrics& metrics;
  Breaker breaker;
  Gate gate;
  std::unique_ptr<ChatModel> model;  // tells the gate about refusals
};

// The keys in use: the operator's of every provider, and tenants' as they come. Any thread.
class Lanes {
 public:
  // Everything is borrowed.
  struct Needs {
    const ModelsSettings& settings;
    const ModelFactory& make_model;
    const TenantKeys& keys;
    const Clock& clock;
    const Pause& pause;
    Metrics& metrics;
    SharedAllowances* shared;  // may be null
  };
  explicit Lanes(Needs needs);

  // What the tenant's calls to a provider take: its own key, else the operator's. Null when there
  // is neither and the provider needs one. Shared: a call may end after the key was replaced.
  Result<std::shared_ptr<Lane>> find(std::size_t provider, TenantId tenant, const SealedKeys& keys);

 private:
  struct TenantLane {
    std::string sealed;  // of the key it was made for
    std::shared_ptr<Lane> lane;
    std::uint64_t used = 0;
  };
  struct Key {
    std::string secret{};
    KeyLimits limits{};
    std::string owner{};  // a tenant's id, or "server"
  };
  std::shared_ptr<Lane> make(std::size_t provider, const Key& key);
  Result<std::shared_ptr<Lane>> find_tenants(std::size_t provider, TenantId tenant,
                                             const SealedKey& key);
  void forget_oldest();

  Needs needs_;
  std::vector<std::unique_ptr<ProviderMetrics>> metrics_;  // by provider
  std::vector<std::shared_ptr<Lane>> servers_;             // by provider; may be null
  std::mutex mutex_;
  std::map<std::pair<TenantId, std::size_t>, TenantLane> tenants_;
  std::uint64_t uses_ = 0;
};

}  // namespace aiva::models
