#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace aiva::retrieval {

// A value that readers take whole while writers put another in its place. The lock is held for the
// copy of a pointer only. (libstdc++ 12's atomic<shared_ptr> lets a reader go with relaxed order,
// so its next writer races with it.) Any thread.
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  // Shared by all who took it, and here until it is replaced.
  [[nodiscard]] std::shared_ptr<const T> load() const {
    std::lock_guard lock(mutex_);
    return value_;
  }
  // What was there before is destroyed, if nobody holds it, after the lock is let go.
  void store(std::shared_ptr<const T> next) {
    std::lock_guard lock(mutex_);  // goes before the argument does
    value_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace aiva::retrieval
