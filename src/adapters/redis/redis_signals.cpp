#include "adapters/redis/redis_signals.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string_view>
#include <utility>

#include "foundation/ids.h"

namespace aiva {
namespace {

constexpr int told_at_once_max = 64;  // messages on their way to Redis

// Which channels are heard, for how many subscriptions each.
class Channels {
 public:
  explicit Channels(std::unique_ptr<RedisListener> listener) : listener_(std::move(listener)) {}

  void add(const std::string& channel) {
    std::lock_guard lock(mutex_);
    if (++users_[channel] == 1 && listener_) listener_->add(channel);
  }
  void remove(const std::string& channel) {
    std::lock_guard lock(mutex_);
    if (--users_[channel] > 0) return;
    users_.erase(channel);
    if (listener_) listener_->remove(channel);
  }
  // Nothing is heard any more.
  void close() {
    std::unique_ptr<RedisListener> listener;
    std::lock_guard lock(mutex_);
    listener = std::move(listener_);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<RedisListener> listener_;
  std::map<std::string, int> users_;
};

class RedisSubscription final : public Signals::Subscription {
 public:
  RedisSubscription(std::shared_ptr<Channels> channels, std::string channel,
                    std::unique_ptr<Subscription> here)
      : channels_(std::move(channels)), channel_(std::move(channel)), here_(std::move(here)) {
    channels_->add(channel_);
  }
  ~RedisSubscription() override { channels_->remove(channel_); }
  RedisSubscription(const RedisSubscription&) = delete;
  RedisSubscription& operator=(const RedisSubscription&) = delete;

 private:
  std::shared_ptr<Channels> channels_;
  std::string channel_;
  std::unique_ptr<Subscription> here_;
};

class RedisSignals final : public Signals {
 public:
  RedisSignals(Redis& redis, std::unique_ptr<Signals> here, RedisSignalsOptions options,
               Metrics& metrics)
      : redis_(redis),
        here_(std::move(here)),
        options_(std::move(options)),
        channel_prefix_(options_.key_prefix + "signal:"),
        sent_(metrics.counter("aiva_signals_total", "Signals between processes, by their way",
                              {{"way", "sent"}})),
        heard_(metrics.counter("aiva_signals_total", "Signals between processes, by their way",
                               {{"way", "heard"}})),
        late_(metrics.counter("aiva_signals_total", "Signals between processes, by their way",
                              {{"way", "told_later"}})),
        channels_(std::make_shared<Channels>(redis.listen(hearing()))) {}

  ~RedisSignals() override {
    channels_->close();
    end_.request_stop();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return under_way_ == 0; });
  }
  RedisSignals(const RedisSignals&) = delete;
  RedisSignals& operator=(const RedisSignals&) = delete;

  void publish(std::string topic, std::string payload) override {
    if (payload.size() > payload_bytes_max) payload.clear();
    here_->publish(topic, payload);
    bool is_too_much = false;
    {
      std::lock_guard lock(mutex_);
      if (owed_.contains(topic)) return;  // they are told later that anything may have changed
      is_too_much = under_way_ >= told_at_once_max;
      if (!is_too_much) ++under_way_;
    }
    if (is_too_much) return owe(std::move(topic));
    run(tell_or_owe(std::move(topic), std::move(payload)));
  }

  std::unique_ptr<Subscription> subscribe(std::string topic, Handler handler) override {
    auto channel = channel_prefix_ + topic;
    auto here = here_->subscribe(std::move(topic), std::move(handler));
    return std::make_unique<RedisSubscription>(channels_, std::move(channel), std::move(here));
  }

 private:
  RedisHearing hearing() {
    return {.on_message =
                [this](std::string_view channel, std::string_view message) {
                  bool is_whole = message.size() >= own_.size();
                  if (!is_whole || message.starts_with(own_)) return;
                  heard_.add();
                  hand_on(channel, message.substr(own_.size()));
                },
            .on_begin = [this](std::string_view channel) { hand_on(channel, {}); }};
  }

  void hand_on(std::string_view channel, std::string_view payload) {
    if (!channel.starts_with(channel_prefix_)) return;
    here_->publish(std::string(channel.substr(channel_prefix_.size())), std::string(payload));
  }

  // Something under way that was counted already, until its end.
  void run(Task<void> task) {
    start(std::move(task), [this](const std::exception_ptr&) {
      std::lock_guard lock(mutex_);
      if (--under_way_ == 0) idle_.notify_all();
    });
  }

  Task<bool> tell(std::string topic, std::string payload) {
    RedisBatch telling;
    telling.commands.push_back({"PUBLISH", channel_prefix_ + topic, own_ + payload});
    telling.may_repeat = true;
    CallContext context{.deadline = std::chrono::steady_clock::now() + options_.call_timeout,
                        .cancellation = end_.get_token()};
    auto calling = redis_.call(std::move(context), std::move(telling));
    auto told = co_await std::move(calling);
    if (told) sent_.add();
    co_return told.has_value();
  }

  Task<void> tell_or_owe(std::string topic, std::string payload) {
    auto telling = tell(topic, std::move(payload));
    bool is_told = co_await std::move(telling);
    if (!is_told) owe(std::move(topic));
  }

  void owe(std::string topic) {
    late_.add();
    {
      std::lock_guard lock(mutex_);
      owed_.insert(std::move(topic));
      if (is_settling_ || end_.stop_requested()) return;
      is_settling_ = true;
      ++under_way_;
    }
    run(settle());
  }

  Task<void> settle() {
    bool is_owing = true;
    while (is_owing) {
      CallContext context{.cancellation = end_.get_token()};
      auto pausing = redis_.pause(std::move(context), options_.retry_time);
      auto rested = co_await std::move(pausing);
      if (!rested) break;
      auto settling = settle_once();
      is_owing = co_await std::move(settling);
    }
  }

  // Whether anything is still owed.
  Task<bool> settle_once() {
    while (true) {
      std::string topic;
      {
        std::lock_guard lock(mutex_);
        is_settling_ = !owed_.empty();
        if (!is_settling_) co_return false;
        // A signal that comes from now on is not covered by what is told here.
        topic = std::move(owed_.extract(owed_.begin()).value());
      }
      auto telling = tell(topic, {});
      bool is_told = co_await std::move(telling);
      if (is_told) continue;
      std::lock_guard lock(mutex_);
      owed_.insert(std::move(topic));
      co_return true;
    }
  }

  Redis& redis_;
  std::unique_ptr<Signals> here_;
  RedisSignalsOptions options_;
  std::string channel_prefix_;
  std::string own_ = Uuid::make().to_string();  // before each payload: who sent it
  Counter& sent_;
  Counter& heard_;
  Counter& late_;
  std::stop_source end_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::set<std::string> owed_;  // topics of which others were not told
  bool is_settling_ = false;
  int under_way_ = 0;
  std::shared_ptr<Channels> channels_;  // also of the subscriptions
};

}  // namespace

Task<Result<void>> check_channels(CallContext context, Redis& redis, std::string key_prefix) {
  RedisBatch asking{.may_repeat = true};
  asking.commands.push_back({"PUBLISH", key_prefix + "signal:doctor", ""});
  auto calling = redis.call(std::move(context), std::move(asking));
  CO_TRY_VOID(co_await std::move(calling));
  co_return Result<void>{};
}

std::unique_ptr<Signals> make_redis_signals(Redis& redis, std::unique_ptr<Signals> here,
                                            RedisSignalsOptions options, Metrics& metrics) {
  return std::make_unique<RedisSignals>(redis, std::move(here), std::move(options), metrics);
}

}  // namespace aiva
