#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "foundation/log.h"
#include "foundation/task.h"

namespace aiva::ari {

// Counts work that runs by itself, so that its end can be waited for. All threads.
class Running {
 public:
  void run(Task<void> task) {
    {
      std::lock_guard lock(mutex_);
      ++running_;
    }
    start(std::move(task), [this](std::exception_ptr exception) {
      if (exception) log::error("Work for Asterisk failed");
      std::lock_guard lock(mutex_);
      if (--running_ == 0) ended_.notify_all();
    });
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  std::mutex mutex_{};
  std::condition_variable ended_{};
  std::size_t running_ = 0;
};

}  // namespace aiva::ari
