#include "faces/http/internal/connection_ledger.h"

namespace aiva::http {

bool ConnectionLedger::admit(const std::string& client, bool is_trusted) {
  std::lock_guard lock(mutex_);
  if (total_ >= connections_max_) return false;
  auto& count = clients_[client];
  if (count >= per_client_max_ && !is_trusted) return false;
  ++count;
  ++total_;
  return true;
}

void ConnectionLedger::release(const std::string& client) {
  std::lock_guard lock(mutex_);
  auto found = clients_.find(client);
  if (--found->second == 0) clients_.erase(found);
  if (--total_ == 0) emptied_.notify_all();
}

std::size_t ConnectionLedger::count() const {
  std::lock_guard lock(mutex_);
  return total_;
}

bool ConnectionLedger::wait_until_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, patience, [this] { return total_ == 0; });
}

}  // namespace aiva::http
