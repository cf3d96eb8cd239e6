#include "capabilities/chat/internal/detached_turns.h"

#include <functional>
#include <utility>

#include "capabilities/chat/internal/turns_table.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes turn_time_max{5};
constexpr minutes kept_after_end{5};
constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;  // of all logs
constexpr std::size_t running_max = 10'000;
constexpr seconds look_again{15};
constexpr milliseconds poll_every{100};
constexpr seconds say_again{5};    // that a turn of another process is heard here
constexpr seconds outage_max{15};  // of the shared cache, until a follower gives up
constexpr milliseconds end_retry{500};
constexpr int end_tries_max = 30;   // so often the end of a turn is offered to a cache that fails
constexpr int polls_per_look = 10;  // at the row, whether the turn still runs

using Events = std::optional<std::vector<StreamEvent>>;

}  // namespace

// A turn that runs here, and what it needs until its end.
struct DetachedTurns::Run {
  LogPointer log;
  StreamFormat format;
  SharedTurnWriter shared;
  Turn turn;
  CallContext context;

  Task<Result<void>> note(StreamEvent event) {
    auto kept = log->append(std::move(event));
    co_await shared.add(context, std::move(kept), false);
    co_return Result<void>();
  }
};

// Hears a turn of this process.
class DetachedTurns::LocalFollower final : public TurnFollower {
 public:
  LocalFollower(DetachedTurns& turns, LogPointer log, SharedTurnKey key, std::int64_t after)
      : turns_(turns), log_(std::move(log)), key_(key), after_(after) {
    log_->add_follower();
  }
  LocalFollower(const LocalFollower&) = delete;
  LocalFollower& operator=(const LocalFollower&) = delete;
  ~LocalFollower() override {
    if (log_->remove_follower() && !log_->ended_at())
      turns_.detach(turns_.stop_if_alone(log_, key_));
  }

  Task<Result<Events>> next(CallContext context) override {
    for (;;) {
      CO_TRY_VOID(context.check());
      std::stop_source wake;
      // A turn that fails at once is no stream: its first event waits for the second.
      auto seen = has_first_ ? std::int64_t{1} : after_;
      auto rest = log_->read(seen, wake);
      bool is_first = after_ == 0 && !has_first_;
      if (is_first && rest.has_ended && rest.failure) co_return fail(*std::move(rest.failure));
      if (is_first && rest.events.size() == 1 && !rest.has_ended) {
        has_first_ = true;
        continue;
      }
      if (has_first_ && rest.has_ended && rest.failure) co_return fail(*std::move(rest.failure));
      if (!rest.events.empty()) {
        if (std::exchange(has_first_, false)) rest = log_->read(0, wake);
        after_ = rest.events.back().id;
        co_return std::move(rest.events);
      }
      if (rest.has_ended) co_return std::nullopt;
      co_await wait(context, wake);
    }
  }

 private:
  // Until there is more, or the client is gone.
  Task<void> wait(CallContext context, std::stop_source wake) {
    std::stop_callback<std::function<void()>> on_stop(context.cancellation,
                                                      [wake]() mutable { wake.request_stop(); });
    CallContext waiting{.cancellation = wake.get_token(), .home = context.home};
    auto paused = co_await turns_.parts_.pause(waiting, look_again);
    static_cast<void>(paused);  // it ends early when there is something to tell
  }

  DetachedTurns& turns_;
  LogPointer log_;
  SharedTurnKey key_;
  std::int64_t after_;
  bool has_first_ = false;  // the first event is there and not told yet
};

// Hears a turn that runs on another process, by the shared cache.
class DetachedTurns::SharedFollower final : public TurnFollower {
 public:
  SharedFollower(const ChatParts& parts, SharedTurnKey key, std::int64_t after)
      : parts_(parts), key_(key), after_(after) {}

  Task<Result<Events>> next(CallContext context) override {
    for (int polls = 0; !has_ended_;) {
      if (auto now = std::chrono::steady_clock::now(); now - said_at_ >= say_again) {
        said_at_ = now;
        co_await note_listening(context, *parts_.shared_cache, key_);
      }
      auto reading = read_shared_batch(context, *parts_.shared_cache, key_, number_);
      auto asked = co_await std::move(reading);
      if (!asked) {
        CO_TRY_VOID(context.check());
        if (!may_come_back()) co_return fail(std::move(asked.error()));
        CO_TRY_VOID(co_await parts_.pause(context, poll_every));
        continue;
      }
      failing_since_.reset();
      auto& batch = *asked;
      if (batch) {
        ++number_;
        has_ended_ = !batch->empty() && batch->back().name.empty();
        std::erase_if(*batch, [this](const StreamEvent& event) { return event.id <= after_; });
        if (!batch->empty()) co_return std::move(*batch);
        continue;
      }
      if (++polls % polls_per_look == 0) {
        CO_TRY(auto is_running, co_await look(context));
        // What was written last may have come between both looks.
        if (!is_running && std::exchange(has_died_, true)) break;
      }
      CO_TRY_VOID(co_await parts_.pause(context, poll_every));
    }
    co_return std::nullopt;
  }

 private:
  // Whether the cache has not failed for so long that nothing is to be hoped for.
  bool may_come_back() {
    auto now = std::chrono::steady_clock::now();
    if (!failing_since_) failing_since_ = now;
    return now - *failing_since_ < outage_max;
  }

  Task<Result<bool>> look(CallContext context) {
    auto row = [this](SqlSession& sql) -> Result<bool> {
      TRY(auto turn, TurnsTable(sql, key_.tenant).find(key_.turn));
      return turn && turn->is_alive(parts_.clock.unix_ms());
    };
    auto is_running = co_await read(parts_.database, context, row);
    co_return is_running;
  }

  const ChatParts& parts_;
  SharedTurnKey key_;
  std::int64_t after_;
  std::int64_t number_ = 0;
  std::optional<std::chrono::steady_clock::time_point> failing_since_{};
  std::chrono::steady_clock::time_point said_at_{};  // that the turn is heard
  bool has_ended_ = false;
  bool has_died_ = false;
};

DetachedTurns::~DetachedTurns() {
  stop_.request_stop();
  std::unique_lock lock(mutex_);
  auto logs = logs_;
  lock.unlock();
  for (auto& [turn, log] : logs) log->stop();
  lock.lock();
  ended_.wait(lock, [this] { return detached_ == 0; });
}

Task<Result<std::unique_ptr<TurnFollower>>> DetachedTurns::begin(CallContext context, Turn turn,
                                                                 StreamFormat format) {
  if (!parts_.pause) co_return fail(ErrorCode::unavailable, "Turns cannot be resumed here");
  if (tidy_up() >= running_max)
    co_return fail(ErrorCode::unavailable, "Too many messages are being answered; try again");
  if (turn.answer.is_nil()) turn.answer = MessageId::make();
  auto id = turn.answer;
  SharedTurnKey key{.tenant = context.tenant, .session = turn.session, .turn = id};
  auto log = std::make_shared<TurnLog>(context.tenant, turn.session);
  context.cancellation = log->token();
  context.deadline = std::chrono::steady_clock::now() + turn_time_max;
  context.home = parts_.background;
  auto run = std::make_shared<Run>(Run{.log = log,
                                       .format = std::move(format),
                                       .shared = SharedTurnWriter(parts_.shared_cache, key),
                                       .turn = std::move(turn),
                                       .context = context});
  {
    std::lock_guard lock(mutex_);
    logs_.emplace(id, log);
    ++untold_;
  }
  std::unique_ptr<TurnFollower> follower = std::make_unique<LocalFollower>(*this, log, key, 0);
  detach(this->run(std::move(run)));
  co_return follower;
}

Task<void> DetachedTurns::run(std::shared_ptr<Run> run) {
  auto begun = co_await run->note(run->format.begin(run->turn.answer));
  static_cast<void>(begun);
  // The run outlives its turn: it is this coroutine's own.
  run->turn.listener = [kept = run.get()](TurnEvent event) {
    return kept->note(kept->format.event(event));
  };
  auto answer = co_await runner_.run(run->context, std::move(run->turn));
  std::optional<Error> failure;
  if (!answer) failure = answer.error();
  auto last =
      run->log->end(run->format.end(answer), std::move(failure), std::chrono::steady_clock::now());
  co_await run->shared.add(run->context, std::move(last), true);
  for (int tries = 0; tries < end_tries_max && parts_.pause && run->shared.is_behind(); ++tries) {
    CallContext waiting{.cancellation = stop_.get_token()};
    auto paused = co_await parts_.pause(waiting, end_retry);
    if (!paused) break;
    co_await run->shared.write(run->context);
  }
  std::lock_guard lock(mutex_);
  --untold_;
  ended_.notify_all();
}

Task<Result<std::unique_ptr<TurnFollower>>> DetachedTurns::follow(CallContext context,
                                                                  ChatSessionId session,
                                                                  MessageId turn,
                                                                  std::int64_t after) {
  std::unique_ptr<TurnFollower> follower;
  SharedTurnKey key{.tenant = context.tenant, .session = session, .turn = turn};
  auto log = find(turn);
  if (log && log->belongs_to(context.tenant, session)) {
    follower = std::make_unique<LocalFollower>(*this, std::move(log), key, after);
    co_return follower;
  }
  if (parts_.shared_cache != nullptr && parts_.pause) {
    CO_TRY(auto first, co_await read_shared_batch(context, *parts_.shared_cache, key, 0));
    if (first) {
      follower = std::make_unique<SharedFollower>(parts_, key, after);
      co_return follower;
    }
  }
  co_return fail(ErrorCode::not_found, "There is no such turn, or it ended long ago");
}

Task<void> DetachedTurns::stop_if_alone(LogPointer log, SharedTurnKey key) {
  CallContext context{.cancellation = stop_.get_token()};
  for (;;) {
    auto paused = co_await parts_.pause(context, settings_.away_time_max);
    if (!paused || log->ended_at() || log->has_followers()) co_return;
    if (parts_.shared_cache == nullptr) break;
    bool is_heard = co_await is_listened_to(context, *parts_.shared_cache, key);
    if (!is_heard && !log->has_followers()) break;
  }
  log->stop();
}

void DetachedTurns::detach(Task<void> task) {
  {
    std::lock_guard lock(mutex_);
    ++detached_;
  }
  start(std::move(task), [this](std::exception_ptr) {
    // Under the lock: the destructor goes on as soon as it is free.
    std::lock_guard lock(mutex_);
    --detached_;
    ended_.notify_all();
  });
}

DetachedTurns::LogPointer DetachedTurns::find(MessageId turn) {
  std::lock_guard lock(mutex_);
  auto found = logs_.find(turn);
  return found == logs_.end() ? nullptr : found->second;
}

void DetachedTurns::wait_idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, patience, [this] { return untold_ == 0; });
}

std::size_t DetachedTurns::tidy_up() {
  auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  if (now - tidied_at_ < seconds(1)) return running_;
  tidied_at_ = now;
  std::size_t running = 0;
  std::size_t bytes = 0;
  for (const auto& [turn, log] : logs_) bytes += log->bytes();
  for (auto at = logs_.begin(); at != logs_.end();) {
    auto ended_at = at->second->ended_at();
    bool goes = ended_at && (now - *ended_at > kept_after_end || bytes > bytes_max);
    if (!ended_at) ++running;
    if (goes) bytes -= at->second->bytes();
    at = goes ? logs_.erase(at) : std::next(at);
  }
  running_ = running;
  return running;
}

}  // namespace aiva::chat
