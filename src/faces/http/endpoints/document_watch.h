#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "capabilities/knowledge/document_events.h"
#include "foundation/call_context.h"
#include "foundation/result.h"

namespace aiva::http {

// Lets coroutines wait for changes of documents: woken by DocumentEvents, and every so often for
// changes that other processes make. Any thread.
class DocumentWatch {
 public:
  // `events` is borrowed.
  DocumentWatch(knowledge::DocumentEvents& events, std::chrono::milliseconds interval);
  ~DocumentWatch();
  DocumentWatch(const DocumentWatch&) = delete;
  DocumentWatch& operator=(const DocumentWatch&) = delete;

  // One coroutine's wait; use it on one coroutine only.
  class Watcher {
   public:
    // `home` is where it continues; never null.
    Watcher(DocumentWatch& watch, Executor& home);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // Listens for changes of `document`; fails with `unavailable` when too many do.
    Result<void> listen(knowledge::DocumentEvents& events, DocumentId document);
    // `co_await watcher` returns after a change, a tick or a wake since the last wait.
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting);
    void await_resume() const noexcept {}
    void wake();

   private:
    DocumentWatch& watch_;
    Executor& home_;
    std::mutex mutex_;
    bool is_woken_ = false;
    std::coroutine_handle<> awaiting_;
    knowledge::DocumentEvents::Subscription subscription_;
  };

  knowledge::DocumentEvents& events() { return events_; }

 private:
  void tick();

  knowledge::DocumentEvents& events_;
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::unordered_set<Watcher*> watchers_;
  std::thread thread_;
};

}  // namespace aiva::http
