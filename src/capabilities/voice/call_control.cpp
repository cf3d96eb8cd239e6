#include "capabilities/voice/call_control.h"

namespace aiva::voice {

void CallControls::add(TenantId tenant, const std::string& session_id,
                       std::shared_ptr<CallControl> control) {
  std::lock_guard lock(mutex_);
  controls_[{tenant, session_id}] = std::move(control);
}

void CallControls::remove(TenantId tenant, const std::string& session_id) {
  std::lock_guard lock(mutex_);
  controls_.erase({tenant, session_id});
}

std::shared_ptr<CallControl> CallControls::find(TenantId tenant,
                                                const std::string& session_id) const {
  std::lock_guard lock(mutex_);
  auto found = controls_.find({tenant, session_id});
  return found == controls_.end() ? nullptr : found->second;
}

}  // namespace aiva::voice
