#include "adapters/segment_index/internal/upkeep.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "foundation/log.h"

namespace aiva::segment_index {
namespace {

constexpr std::chrono::seconds round_time{2};
constexpr std::int64_t quiet_ms = 5000;  // rows wait so long for others to be written with
constexpr int nice_level = 10;

void tell(std::string_view what, const Error& error) { log::failure(what, {}, error); }

}  // namespace

std::int64_t steady_ms() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

Upkeep::Upkeep(Metrics& metrics, std::function<std::vector<HandlePointer>()> handles)
    : handles_(std::move(handles)),
      merges_(metrics.counter("aiva_index_merges_total", "Times segments of indexes were merged")),
      thread_([this] { loop(); }) {}

Upkeep::~Upkeep() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Upkeep::run(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wanted_.notify_one();
}

void Upkeep::look_at(HandlePointer handle) {
  bool is_wanted = handle->collection->wants_flush() || handle->collection->wants_merge();
  if (!is_wanted || handle->is_queued.exchange(true)) return;
  run([this, handle = std::move(handle)] {
    handle->is_queued = false;
    if (!is_stopping()) keep(*handle);
  });
}

void Upkeep::loop() {
  pthread_setname_np(pthread_self(), "index-upkeep");
  // On Linux the level is a thread's own; searches go first.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice_level);
  auto next_round = std::chrono::steady_clock::now() + round_time;
  std::unique_lock lock(mutex_);
  while (!is_stopping_ || !queue_.empty()) {
    if (queue_.empty() && std::chrono::steady_clock::now() < next_round) {
      wanted_.wait_until(lock, next_round);
      continue;
    }
    std::function<void()> work = [this] { write_quiet_ones(); };
    if (queue_.empty()) {
      next_round = std::chrono::steady_clock::now() + round_time;
    } else {
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    work();
    work = nullptr;  // may hold the last reference to a handle
    lock.lock();
  }
}

void Upkeep::keep(Handle& handle) {
  std::lock_guard lock(handle.writing);
  if (handle.is_retired) return;
  if (handle.collection->wants_flush()) {
    auto flushed = handle.collection->flush();
    if (!flushed) tell("An index could not be written", flushed.error());
  }
  auto merged = handle.collection->merge();
  while (merged && *merged && !is_stopping()) {
    merges_.add();
    merged = handle.collection->merge();
  }
  if (!merged) tell("Segments of an index could not be merged", merged.error());
}

void Upkeep::write(Handle& handle) {
  std::lock_guard lock(handle.writing);
  if (handle.is_retired || !handle.collection->is_ahead_of_disk()) return;
  auto flushed = handle.collection->flush();
  if (!flushed) tell("An index could not be written", flushed.error());
}

void Upkeep::write_quiet_ones() {
  auto now = steady_ms();
  for (const auto& handle : handles_())
    if (handle->collection->is_ahead_of_disk() && now - handle->changed_at >= quiet_ms)
      write(*handle);
}

}  // namespace aiva::segment_index
