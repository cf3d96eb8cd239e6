#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "foundation/ids.h"

namespace aiva::chat {

// Lets one turn of a session run at a time. A seat belongs to the tenant too, so that nobody can
// block another tenant's session by naming it. Any thread.
class TurnSeats {
  using Key = std::pair<TenantId, ChatSessionId>;

 public:
  // Held while a turn runs.
  class Seat {
   public:
    Seat(TurnSeats& seats, Key key) : seats_(&seats), key_(key) {}
    Seat(Seat&& other) noexcept : seats_(std::exchange(other.seats_, nullptr)), key_(other.key_) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
      if (seats_ != nullptr) seats_->leave(key_);
    }

   private:
    TurnSeats* seats_;
    Key key_;
  };

  // The seat of the session, nothing while somebody has it.
  std::optional<Seat> take(TenantId tenant, ChatSessionId session) {
    Key key(tenant, session);
    std::lock_guard lock(mutex_);
    if (!taken_.insert(key).second) return std::nullopt;
    return std::optional<Seat>(std::in_place, *this, key);
  }

 private:
  void leave(const Key& key) {
    std::lock_guard lock(mutex_);
    taken_.erase(key);
  }

  std::mutex mutex_;
  std::set<Key> taken_;
};

}  // namespace aiva::chat
