#pragma once

#include <atomic>

namespace aiva::http {

// Whether the program is going down, as readiness tells load balancers, and answers the clients of
// kept connections: those are the last on theirs. Any thread.
class Lifecycle {
 public:
  void begin_draining() { is_draining_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_draining() const { return is_draining_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> is_draining_ = false;
};

}  // namespace aiva::http
