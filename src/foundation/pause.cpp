#include "foundation/pause.h"

#include <condition_variable>
#include <coroutine>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace aiva {
namespace {

using Instant = std::chrono::steady_clock::time_point;

// Resumes coroutines when their time has come.
class Alarm {
 public:
  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  ~Alarm() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  using Key = std::pair<Instant, std::uint64_t>;

  Key add(Instant when, Work wake) {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    Key key(when, ++count_);
    sleepers_.emplace(key, std::move(wake));
    changed_.notify_one();
    return key;
  }

  // Wakes a sleeper now, if it still sleeps.
  void hasten(const Key& key) {
    std::lock_guard lock(mutex_);
    auto sleeper = sleepers_.extract(key);
    if (sleeper.empty()) return;
    sleeper.key() = Key(Instant::min(), key.second);
    sleepers_.insert(std::move(sleeper));
    changed_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_ || !sleepers_.empty()) {
      if (sleepers_.empty()) {
        changed_.wait(lock);
        continue;
      }
      auto first = sleepers_.begin();
      auto when = first->first.first;
      if (!is_stopping_ && when > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, when);
        continue;
      }
      auto wake = std::move(first->second);
      sleepers_.erase(first);
      lock.unlock();
      wake();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, Work> sleepers_;
  std::uint64_t count_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

// Shared by the awaiting coroutine and a stop request that may come from any thread at any moment.
struct Sleep {
  std::mutex mutex;
  std::optional<Alarm::Key> key;
  bool is_hastened = false;
};

class Sleeping {
 public:
  Sleeping(Alarm& alarm, const CallContext& context, Instant when)
      : alarm_(alarm), home_(context.home), cancellation_(context.cancellation), when_(when) {}

  bool await_ready() noexcept { return false; }

  // Once the alarm knows the coroutine it may resume and end this object, so the stop callback is
  // set before and everything after touches only what is shared.
  void await_suspend(std::coroutine_handle<> awaiting) {
    auto sleep = sleep_;
    auto& alarm = alarm_;
    auto when = when_;
    on_stop_.emplace(cancellation_, [sleep, &alarm] {
      std::lock_guard lock(sleep->mutex);
      sleep->is_hastened = true;
      if (sleep->key) alarm.hasten(*sleep->key);
    });
    Work wake = [awaiting, home = home_] {
      if (home != nullptr)
        home->post([awaiting] { awaiting.resume(); });
      else
        awaiting.resume();
    };
    std::lock_guard lock(sleep->mutex);
    sleep->key = alarm.add(sleep->is_hastened ? Instant::min() : when, std::move(wake));
  }
  void await_resume() noexcept {}

 private:
  Alarm& alarm_;
  Executor* home_;
  std::stop_token cancellation_;
  Instant when_;
  std::shared_ptr<Sleep> sleep_ = std::make_shared<Sleep>();
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

// The alarm is borrowed: its own thread may be the one that ends this coroutine, and must not be
// the one that ends the alarm.
Task<Result<void>> pause_on(Alarm& alarm, CallContext context, std::chrono::milliseconds time) {
  CO_TRY_VOID(context.check());
  Sleeping sleeping(alarm, context, std::chrono::steady_clock::now() + time);
  co_await sleeping;
  co_return context.check();
}

}  // namespace

Pause make_pause() {
  return [alarm = std::make_shared<Alarm>()](CallContext context, std::chrono::milliseconds time) {
    return pause_on(*alarm, std::move(context), time);
  };
}

}  // namespace aiva
