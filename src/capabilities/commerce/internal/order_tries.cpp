#include "capabilities/commerce/internal/order_tries.h"

namespace aiva::commerce {

bool OrderTries::take(TenantId tenant, const std::string& asker, const std::string& number) {
  std::lock_guard lock(mutex_);
  auto of_tenant = tenant.to_string();
  if (!count(of_tenant + " by " + asker, per_conversation_max)) return false;
  return count(of_tenant + " of " + number, per_order_max);
}

// One that is refused does not count.
bool OrderTries::count(const std::string& key, int most) {
  auto now = clock_.steady();
  if (tries_.size() >= entries_max) forget_old();
  // Somebody tries very many: nothing is let through until old ones have gone.
  if (tries_.size() >= entries_max && !tries_.contains(key)) return false;
  auto& tries = tries_[key];
  if (tries.count > 0 && now - tries.begun_at >= window) tries = {};
  if (tries.count >= most) return false;
  if (tries.count == 0) tries.begun_at = now;
  ++tries.count;
  return true;
}

void OrderTries::forget_old() {
  auto now = clock_.steady();
  std::erase_if(tries_, [now](const auto& entry) { return now - entry.second.begun_at >= window; });
}

}  // namespace aiva::commerce
