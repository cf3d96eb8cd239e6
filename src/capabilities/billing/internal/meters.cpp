#include "capabilities/billing/internal/meters.h"

#include <array>

namespace aiva::billing {
namespace {

constexpr double micro = 1e-6;
// Callers outside name operations too, so that only these are told apart.
constexpr std::array operations = {"agent_instructions",
                                   "call",
                                   "chat",
                                   "chat_upkeep",
                                   "document",
                                   "document_recognition",
                                   "document_reindex",
                                   "embedding",
                                   "image",
                                   "image_search",
                                   "product_embedding",
                                   "search",
                                   "product_search",
                                   "speech"};
constexpr const char* other = "other";

void add(Counter* counter, MicroUsd amount) {
  if (counter != nullptr && amount > 0) counter->add(static_cast<double>(amount) * micro);
}

}  // namespace

Meters::Meters(Metrics* metrics) {
  if (metrics == nullptr) return;
  auto taken = [metrics](const char* operation) {
    return &metrics->counter("aiva_credits_taken_usd_total",
                             "Credits taken from all tenants, by what for",
                             {{"operation", operation}});
  };
  for (const auto* operation : operations) taken_[operation] = taken(operation);
  taken_[other] = taken(other);
  added_ = &metrics->counter("aiva_credits_added_usd_total", "Credits given to all tenants");
  refunded_ = &metrics->counter("aiva_credits_refunded_usd_total", "Credits given back");
  refusals_ = &metrics->counter("aiva_credits_refusals_total",
                                "Times work was not begun because a tenant had too few credits");
}

Counter& Meters::taken_for(const std::string& operation) {
  auto found = taken_.find(operation);
  return found != taken_.end() ? *found->second : *taken_.at(other);
}

void Meters::count_taken(std::span<const Charge> charges, MicroUsd taken) {
  MicroUsd bases = 0;
  for (const auto& charge : charges) bases += charge.base;
  if (taken_.empty() || taken <= 0 || bases <= 0) return;
  auto dollars_per_base = static_cast<double>(taken) * micro / static_cast<double>(bases);
  for (const auto& charge : charges)
    if (charge.base > 0)
      taken_for(charge.operation).add(static_cast<double>(charge.base) * dollars_per_base);
}

void Meters::count_added(MicroUsd amount) { add(added_, amount); }

void Meters::count_refunded(MicroUsd amount) { add(refunded_, amount); }

void Meters::count_refusal() {
  if (refusals_ != nullptr) refusals_->add();
}

}  // namespace aiva::billing
