#include "adapters/product_feed/internal/loading_turns.h"

namespace aiva::product_feed {
namespace {

constexpr int per_tenant_max = 2;

}  // namespace

LoadingTurns::Turn::Turn(LoadingTurns& turns, TenantId tenant) : turns_(turns), tenant_(tenant) {
  take();
}

LoadingTurns::Turn::~Turn() {
  if (!is_taken_) return;
  std::lock_guard lock(turns_.mutex_);
  auto found = turns_.taken_.find(tenant_);
  if (--found->second == 0) turns_.taken_.erase(found);
}

bool LoadingTurns::Turn::take() {
  if (is_taken_) return true;
  std::lock_guard lock(turns_.mutex_);
  auto found = turns_.taken_.find(tenant_);
  if (found == turns_.taken_.end()) found = turns_.taken_.emplace(tenant_, 0).first;
  is_taken_ = found->second < per_tenant_max;
  if (is_taken_) ++found->second;
  return is_taken_;
}

}  // namespace aiva::product_feed
