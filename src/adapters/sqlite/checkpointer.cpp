#include "adapters/sqlite/checkpointer.h"

#include <pthread.h>

#include <utility>

namespace aiva {

Checkpointer::Checkpointer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Checkpointer::wake() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(is_wanted_, true)) return;
  }
  woken_.notify_one();
}

void Checkpointer::run() {
  pthread_setname_np(pthread_self(), "db-checkpoint");
  std::unique_lock lock(mutex_);
  for (;;) {
    woken_.wait(lock, [this] { return is_stopping_ || is_wanted_; });
    if (is_stopping_) return;
    lock.unlock();
    connection_->checkpoint();
    lock.lock();
    is_wanted_ = false;
  }
}

}  // namespace aiva
