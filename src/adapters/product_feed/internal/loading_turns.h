#pragma once

#include <map>
#include <mutex>

#include "foundation/ids.h"

namespace aiva::product_feed {

// How many feeds are fetched and read at a time for one tenant, each of which takes memory before
// it is kept. Any thread; outlives its turns.
class LoadingTurns {
 public:
  // Given back when it goes.
  class Turn {
   public:
    // Not taken when so many are, already.
    Turn(LoadingTurns& turns, TenantId tenant);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool is_taken() const { return is_taken_; }
    // Tries again.
    bool take();

   private:
    LoadingTurns& turns_;
    TenantId tenant_;
    bool is_taken_ = false;
  };

 private:
  std::mutex mutex_;
  std::map<TenantId, int> taken_;  // without those that have none
};

}  // namespace aiva::product_feed
