#include "adapters/memory/memory_signals.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "foundation/result.h"

namespace aiva {
namespace {

// A handler and whether it is still wanted.
struct Listener {
  explicit Listener(Signals::Handler with) : handler(std::move(with)) {}

  void hear(std::string_view payload) {
    std::lock_guard lock(mutex);
    if (is_wanted) handler(payload);
  }
  void leave() {
    std::lock_guard lock(mutex);
    is_wanted = false;
  }

  std::recursive_mutex mutex;  // held while the handler runs, which may end its own subscription
  Signals::Handler handler;
  bool is_wanted = true;
};
using ListenerPointer = std::shared_ptr<Listener>;  // of its subscription and of who calls it

// Who hears which topic. Outlives the Signals for the subscriptions that do.
class Board {
 public:
  void add(const std::string& topic, ListenerPointer listener) {
    std::lock_guard lock(mutex_);
    listeners_[topic].push_back(std::move(listener));
  }

  void remove(const std::string& topic, const ListenerPointer& listener) {
    std::lock_guard lock(mutex_);
    auto found = listeners_.find(topic);
    if (found == listeners_.end()) return;
    std::erase(found->second, listener);
    if (found->second.empty()) listeners_.erase(found);
  }

  [[nodiscard]] std::vector<ListenerPointer> of(const std::string& topic) {
    std::lock_guard lock(mutex_);
    auto found = listeners_.find(topic);
    return found == listeners_.end() ? std::vector<ListenerPointer>() : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<ListenerPointer>> listeners_;
};

class MemorySubscription final : public Signals::Subscription {
 public:
  MemorySubscription(std::shared_ptr<Board> board, std::string topic, Signals::Handler handler)
      : board_(std::move(board)),
        topic_(std::move(topic)),
        listener_(std::make_shared<Listener>(std::move(handler))) {
    board_->add(topic_, listener_);
  }
  ~MemorySubscription() override {
    board_->remove(topic_, listener_);
    listener_->leave();
  }
  MemorySubscription(const MemorySubscription&) = delete;
  MemorySubscription& operator=(const MemorySubscription&) = delete;

 private:
  std::shared_ptr<Board> board_;
  std::string topic_;
  ListenerPointer listener_;
};

class MemorySignals final : public Signals {
 public:
  void publish(std::string topic, std::string payload) override {
    if (payload.size() > payload_bytes_max) payload.clear();
    for (const auto& listener : board_->of(topic)) listener->hear(payload);
  }

  std::unique_ptr<Subscription> subscribe(std::string topic, Handler handler) override {
    AIVA_ASSERT(!topic.empty() && topic.size() <= topic_bytes_max);
    return std::make_unique<MemorySubscription>(board_, std::move(topic), std::move(handler));
  }

 private:
  std::shared_ptr<Board> board_ = std::make_shared<Board>();  // also of its subscriptions
};

}  // namespace

std::unique_ptr<Signals> make_memory_signals() { return std::make_unique<MemorySignals>(); }

}  // namespace aiva
