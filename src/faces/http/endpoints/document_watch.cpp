#include "faces/http/endpoints/document_watch.h"

#include <pthread.h>

#include <utility>

namespace aiva::http {

DocumentWatch::DocumentWatch(knowledge::DocumentEvents& events, std::chrono::milliseconds interval)
    : events_(events), interval_(interval), thread_([this] { tick(); }) {}

DocumentWatch::~DocumentWatch() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

// Sleeps for good while nobody watches.
void DocumentWatch::tick() {
  pthread_setname_np(pthread_self(), "document-watch");
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    changed_.wait(lock, [this] { return is_stopping_ || !watchers_.empty(); });
    changed_.wait_for(lock, interval_, [this] { return is_stopping_; });
    for (auto* watcher : watchers_) watcher->wake();
  }
}

DocumentWatch::Watcher::Watcher(DocumentWatch& watch, Executor& home) : watch_(watch), home_(home) {
  std::lock_guard lock(watch_.mutex_);
  watch_.watchers_.insert(this);
  watch_.changed_.notify_all();
}

DocumentWatch::Watcher::~Watcher() {
  subscription_ = {};
  std::lock_guard lock(watch_.mutex_);
  watch_.watchers_.erase(this);
}

Result<void> DocumentWatch::Watcher::listen(knowledge::DocumentEvents& events,
                                            DocumentId document) {
  TRY(subscription_, events.subscribe(document, [this] { wake(); }));
  return {};
}

bool DocumentWatch::Watcher::await_suspend(std::coroutine_handle<> awaiting) {
  std::lock_guard lock(mutex_);
  if (std::exchange(is_woken_, false)) return false;
  awaiting_ = awaiting;
  return true;
}

void DocumentWatch::Watcher::wake() {
  std::coroutine_handle<> awaiting;
  {
    std::lock_guard lock(mutex_);
    awaiting = std::exchange(awaiting_, {});
    if (!awaiting) is_woken_ = true;
  }
  if (awaiting) home_.post([awaiting] { awaiting.resume(); });
}

}  // namespace aiva::http
