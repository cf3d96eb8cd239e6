#include "adapters/redis/redis.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <coroutine>
#include <future>
#include <optional>
#include <set>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

#include "adapters/redis/internal/call_times.h"
#include "adapters/redis/internal/listener.h"
#include "adapters/redis/internal/router.h"
#include "foundation/executor.h"

namespace aiva {
namespace {

using namespace redis;
using Instant = std::chrono::steady_clock::time_point;
using Answers = std::vector<RedisReplies>;

constexpr std::size_t reply_bytes_max = 256UL * 1024 * 1024;
constexpr std::size_t asked_bytes_max = 512UL * 1024 * 1024;  // of all calls under way together
constexpr std::chrono::milliseconds look_time{250};

// What is under way, counted from any thread.
struct Load {
  std::atomic<std::size_t> calls = 0;
  std::atomic<std::size_t> bytes = 0;
};

// A call's share of the load, given back at its end.
class Ticket {
 public:
  Ticket(Load& load, std::size_t bytes) : load_(load), bytes_(bytes) {
    ++load_.calls;
    load_.bytes += bytes_;
  }
  ~Ticket() {
    --load_.calls;
    load_.bytes -= bytes_;
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

 private:
  Load& load_;
  std::size_t bytes_;
};

std::size_t bytes_of(const std::vector<RedisBatch>& batches) {
  std::size_t bytes = 0;
  for (const auto& batch : batches)
    for (const auto& command : batch.commands)
      for (const auto& argument : command) bytes += argument.size() + 16;
  return bytes;
}

class PipelinedRedis;

// One run(): its batches, its deadline, and who waits for it. On the loop's thread, but for its
// making.
struct Operation : std::enable_shared_from_this<Operation> {
  Operation(asio::io_context& loop, CallContext call) : context(std::move(call)), timer(loop) {}

  void finish(Result<Answers> with) {
    if (is_over) return;
    is_over = true;
    outcome.emplace(std::move(with));
    timer.cancel();
    on_stop.reset();
    if (context.home != nullptr)
      context.home->post([awaiting = awaiting] { awaiting.resume(); });
    else
      awaiting.resume();
  }

  CallContext context;
  std::vector<RedisBatch> batches{};
  std::string what{};  // the first command's name; empty: a pause
  Instant began_at = std::chrono::steady_clock::now();
  std::shared_ptr<Ticket> ticket{};
  Answers answers{};
  std::size_t pending = 0;
  std::optional<Instant> rests_until{};  // of a pause, which asks nothing
  asio::steady_timer timer;
  std::optional<std::stop_callback<std::function<void()>>> on_stop{};
  std::coroutine_handle<> awaiting{};
  std::optional<Result<Answers>> outcome{};
  bool is_over = false;
};
using OperationPointer = std::shared_ptr<Operation>;  // shared by its attempts

class PipelinedRedis final : public Redis {
 public:
  PipelinedRedis(const RedisOptions& options, Target target, std::unique_ptr<TlsContext> tls)
      : options_(options),
        tls_(std::move(tls)),
        connection_settings_{.target = std::move(target),
                             .tls = tls_.get(),
                             .client_name = options.client_name,
                             .connect_timeout = options.connect_timeout,
                             .silence_max = options.call_timeout,
                             .reply_bytes_max = reply_bytes_max},
        node_settings_{
            .connections_max = std::max<std::size_t>(options.connections_per_node_max, 1),
            .backoff_min = options.backoff_min,
            .backoff_max = options.backoff_max},
        times_(options.metrics),
        work_(loop_.get_executor()),
        look_timer_(loop_),
        router_(loop_, connection_settings_, node_settings_) {
    look_later();
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "aiva-redis");
      loop_.run();
    });
  }

  ~PipelinedRedis() override {
    asio::post(loop_, [this] {
      Error why{.code = ErrorCode::cancelled, .message = "The program is ending"};
      is_stopping_ = true;
      look_timer_.cancel();
      auto operations = operations_;
      for (const auto& operation : operations) end(operation, fail(why));
      for (const auto& listener : listeners_) listener->close();
      router_.close(why);
      work_.reset();
    });
    thread_.join();
  }

  Task<Result<Answers>> run(CallContext context, std::vector<RedisBatch> batches) override {
    CO_TRY_VOID(context.check());
    std::erase_if(batches, [](const auto& batch) { return batch.commands.empty(); });
    if (batches.empty()) co_return Answers{};
    auto bytes = bytes_of(batches);
    if (bytes > asked_bytes_max)
      co_return fail(ErrorCode::too_large, "Too much is asked of Redis at once");
    if (load_.calls >= options_.calls_max || load_.bytes + bytes > asked_bytes_max)
      co_return fail({.code = ErrorCode::unavailable,
                      .message = "Too many calls wait for Redis",
                      .retry_after_s = 1});
    auto operation = std::make_shared<Operation>(loop_, std::move(context));
    operation->ticket = std::make_shared<Ticket>(load_, bytes);
    operation->what = batches.front().commands.front().front();
    operation->batches = std::move(batches);
    Waiting waiting_for{*this, operation};
    co_await waiting_for;
    co_return std::move(*operation->outcome);
  }

  Task<Result<void>> pause(CallContext context, std::chrono::milliseconds time) override {
    CO_TRY_VOID(context.check());
    auto operation = std::make_shared<Operation>(loop_, context);
    operation->rests_until = std::chrono::steady_clock::now() + time;
    Waiting waiting_for{*this, operation};
    co_await waiting_for;
    // The time is over: the pause's own, or the caller's.
    if (operation->outcome->has_value()) co_return context.check();
    co_return fail(std::move(operation->outcome->error()));
  }

  std::unique_ptr<RedisListener> listen(RedisHearing hearing) override;
  std::size_t masters() const override { return masters_; }

 private:
  class Handle;
  struct Waiting {
    PipelinedRedis& redis;
    OperationPointer operation;

    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
      operation->awaiting = awaiting;
      asio::post(redis.loop_, [&redis = redis, operation = operation] { redis.begin(operation); });
    }
    void await_resume() noexcept {}
  };

  void begin(const OperationPointer& operation) {
    operations_.insert(operation);
    if (is_stopping_) return end(operation, fail(ErrorCode::cancelled, "The program is ending"));
    watch(operation);
    operation->pending = operation->batches.size();
    operation->answers.resize(operation->batches.size());
    for (std::size_t i = 0; i < operation->batches.size() && !operation->is_over; ++i)
      send(operation, i);
  }

  void watch(const OperationPointer& operation) {
    std::weak_ptr<Operation> weak = operation;
    auto latest = std::chrono::steady_clock::now() + options_.call_timeout;
    if (operation->rests_until) latest = *operation->rests_until;
    operation->timer.expires_at(std::min(operation->context.deadline, latest));
    operation->timer.async_wait([this, weak](const error_code& error) {
      auto late = weak.lock();
      if (error || !late) return;
      if (late->rests_until) return end(late, Answers{});
      end(late, fail(ErrorCode::timeout, "Redis took too long"));
    });
    const auto& cancellation = operation->context.cancellation;
    if (!cancellation.stop_possible()) return;
    operation->on_stop.emplace(cancellation, [this, weak] {
      asio::post(loop_, [this, weak] {
        auto unwanted = weak.lock();
        if (unwanted) end(unwanted, fail(ErrorCode::cancelled, "The call was cancelled"));
      });
    });
  }

  void send(const OperationPointer& operation, std::size_t index) {
    auto attempt = std::make_shared<Attempt>();
    attempt->batch = std::move(operation->batches[index]);
    attempt->ticket = operation->ticket;
    attempt->is_wanted = [operation] { return !operation->is_over; };
    attempt->done = [this, operation, index](Result<RedisReplies> replies) {
      if (operation->is_over) return;
      if (!replies) return end(operation, fail(std::move(replies.error())));
      operation->answers[index] = std::move(*replies);
      if (--operation->pending == 0) end(operation, std::move(operation->answers));
    };
    router_.send(std::move(attempt));
  }

  void end(OperationPointer operation, Result<Answers> outcome) {
    operations_.erase(operation);
    if (!operation->is_over && !operation->what.empty())
      times_.note(operation->what, std::chrono::steady_clock::now() - operation->began_at, outcome);
    operation->finish(std::move(outcome));
  }

  void look_later() {
    look_timer_.expires_after(look_time);
    look_timer_.async_wait([this](const error_code& error) {
      if (error || is_stopping_) return;
      auto now = std::chrono::steady_clock::now();
      router_.look_at(now);
      masters_ = router_.masters();
      for (const auto& listener : listeners_) listener->look_at(now);
      look_later();
    });
  }

  RedisOptions options_;
  std::unique_ptr<TlsContext> tls_;
  ConnectionSettings connection_settings_;
  NodeSettings node_settings_;
  Load load_;
  CallTimes times_;
  std::atomic<std::size_t> masters_ = 1;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer look_timer_;
  Router router_;
  // On the loop's thread only.
  std::set<OperationPointer> operations_;
  std::set<std::shared_ptr<Listener>> listeners_;  // shared with their coroutines
  bool is_stopping_ = false;
  std::thread thread_;
};

// A listener as its owner holds it, on any thread.
class PipelinedRedis::Handle final : public RedisListener {
 public:
  Handle(PipelinedRedis& redis, std::shared_ptr<Listener> listener)
      : redis_(redis), listener_(std::move(listener)) {
    asio::post(redis_.loop_, [&redis, listener = listener_] {
      if (redis.is_stopping_) return;
      redis.listeners_.insert(listener);
      listener->start();
    });
  }
  // At once on the loop's own thread.
  ~Handle() override {
    std::promise<void> closed;
    asio::dispatch(redis_.loop_, [this, &closed] {
      listener_->close();
      redis_.listeners_.erase(listener_);
      closed.set_value();
    });
    closed.get_future().wait();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void add(std::string channel) override {
    asio::post(redis_.loop_,
               [listener = listener_, channel = std::move(channel)] { listener->add(channel); });
  }
  void remove(std::string channel) override {
    asio::post(redis_.loop_,
               [listener = listener_, channel = std::move(channel)] { listener->remove(channel); });
  }

 private:
  PipelinedRedis& redis_;
  std::shared_ptr<Listener> listener_;  // shared with its coroutine
};

std::unique_ptr<RedisListener> PipelinedRedis::listen(RedisHearing hearing) {
  auto listener = std::make_shared<Listener>(
      Listener::Parts{.loop = loop_,
                      .connection = connection_settings_,
                      .node = node_settings_,
                      .choose = [this](bool has_failed) { return router_.choose_node(has_failed); },
                      .hearing = std::move(hearing)});
  return std::make_unique<Handle>(*this, std::move(listener));
}

std::string find_line(std::string_view info, std::string_view name) {
  auto at = info.find(name);
  if (at == std::string_view::npos) return "";
  auto value = info.substr(at + name.size());
  return std::string(value.substr(0, value.find_first_of("\r\n")));
}

}  // namespace

Task<Result<RedisReplies>> Redis::run_one(CallContext context, RedisBatch batch) {
  std::vector<RedisBatch> batches;
  batches.push_back(std::move(batch));
  CO_TRY(auto answers, co_await run(std::move(context), std::move(batches)));
  for (const auto& reply : answers.front())
    if (reply.kind == RedisReply::Kind::error) co_return fail(to_error(reply));
  co_return std::move(answers.front());
}

Task<Result<RedisReply>> Redis::call(CallContext context, RedisBatch batch) {
  CO_TRY(auto replies, co_await run_one(std::move(context), std::move(batch)));
  co_return std::move(replies.front());
}

Result<std::unique_ptr<Redis>> make_redis(const RedisOptions& options) {
  TRY(auto target, parse_redis_url(options.url));
  std::unique_ptr<TlsContext> tls;
  if (target.is_tls) {
    TRY(tls, make_tls_context(options.ca_file));
  }
  return std::make_unique<PipelinedRedis>(options, std::move(target), std::move(tls));
}

Task<Result<std::string>> describe_redis(CallContext context, Redis& redis) {
  RedisBatch asking{.commands = {{"INFO", "server"}, {"PING"}}, .may_repeat = true};
  CO_TRY(auto replies, co_await redis.run_one(std::move(context), std::move(asking)));
  auto version = find_line(replies[0].text, "redis_version:");
  auto mode = find_line(replies[0].text, "redis_mode:");
  co_return version + (mode == "cluster" ? ", cluster" : ", one server");
}

}  // namespace aiva
