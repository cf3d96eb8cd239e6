#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/segment_index/internal/handle.h"
#include "foundation/metrics.h"

namespace aiva::segment_index {

// Writes and merges segments behind searches and changes, on a thread of its own.
class Upkeep {
 public:
  // `handles` answers all that are open; called on the thread.
  Upkeep(Metrics& metrics, std::function<std::vector<HandlePointer>()> handles);
  // Does what is queued but for merging, then stops.
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  // Looks at a handle soon.
  void look_at(HandlePointer handle);
  // Runs something on the thread; long work looks at is_stopping() first.
  void run(std::function<void()> work);
  [[nodiscard]] bool is_stopping() const { return is_stopping_; }
  // Writes a handle's rows now, unless it is retired.
  static void write(Handle& handle);

 private:
  void loop();
  void keep(Handle& handle);
  void write_quiet_ones();

  std::function<std::vector<HandlePointer>()> handles_;
  Counter& merges_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<std::function<void()>> queue_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

// Steady milliseconds.
std::int64_t steady_ms();

}  // namespace aiva::segment_index
