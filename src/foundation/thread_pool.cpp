#include "foundation/thread_pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace aiva {

struct ThreadPool::State {
  ThreadPoolOptions options;
  mutable std::mutex mutex;
  std::condition_variable ready;
  std::deque<Work> queue;
  bool is_stopping = false;
  std::vector<std::thread> threads;

  void run() {
    pthread_setname_np(pthread_self(), options.name.substr(0, 15).c_str());
    if (options.nice != 0) setpriority(PRIO_PROCESS, 0, options.nice);
    for (;;) {
      Work work;
      {
        std::unique_lock lock(mutex);
        ready.wait(lock, [this] { return is_stopping || !queue.empty(); });
        if (queue.empty()) return;
        work = std::move(queue.front());
        queue.pop_front();
      }
      work();
    }
  }
};

ThreadPool::ThreadPool(ThreadPoolOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  for (std::size_t i = 0; i < state_->options.threads; ++i)
    state_->threads.emplace_back([state = state_.get()] { state->run(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->ready.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

// Notifies under the lock: once it is free, the work may have run and the pool may be gone.
void ThreadPool::post(Work work) {
  std::lock_guard lock(state_->mutex);
  state_->queue.push_back(std::move(work));
  state_->ready.notify_one();
}

bool ThreadPool::try_post(Work& work) {
  std::lock_guard lock(state_->mutex);
  if (state_->is_stopping || state_->queue.size() >= state_->options.queue_max) return false;
  state_->queue.push_back(std::move(work));
  state_->ready.notify_one();
  return true;
}

std::size_t ThreadPool::queued() const {
  std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

}  // namespace aiva
