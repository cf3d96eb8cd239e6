#include "adapters/mysql/internal/pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "foundation/log.h"

namespace aiva::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds backoff_min{50};
constexpr milliseconds watch_interval{50};
constexpr milliseconds tick_interval{200};
// A server that answers the watching thread is only busy, however long a statement takes.
constexpr seconds silence_max{5};
constexpr seconds control_answer_max{2};
constexpr seconds control_rest{2};

Error no_connection(const char* cause) {
  return {.code = ErrorCode::unavailable,
          .message = "The database is busy; try again",
          .cause = cause,
          .retry_after_s = 1};
}

}  // namespace

Result<void> Reachability::check() const {
  std::lock_guard lock(mutex_);
  if (backoff_.count() == 0 || steady_clock::now() >= next_try_) return {};
  return fail(last_);
}

void Reachability::note(const Result<void>& connected) {
  std::lock_guard lock(mutex_);
  if (connected) {
    backoff_ = milliseconds{0};
    return;
  }
  last_ = connected.error();
  backoff_ = std::clamp(backoff_ * 2, backoff_min, backoff_max_);
  next_try_ = steady_clock::now() + backoff_;
}

void Reachability::end_term(std::uint64_t term) {
  if (!term_.compare_exchange_strong(term, term + 1)) return;
  std::lock_guard lock(mutex_);
  host_.reset();
}

void Reachability::note_host(const Host& host) {
  std::lock_guard lock(mutex_);
  host_ = host;
}

bool Reachability::leads_elsewhere(const Host& host) const {
  std::lock_guard lock(mutex_);
  return host_ && !(*host_ == host);
}

Result<Connection*> Lane::connect() {
  auto term = reachability_.term();
  if (connection_ && term_ == term) return connection_.get();
  close();
  TRY_VOID(reachability_.check());
  auto opened = Connection::open(server_, options_);
  if (!opened) {
    Result<void> failed = fail(std::move(opened.error()));
    reachability_.note(failed);
    return fail(std::move(failed.error()));
  }
  reachability_.note({});
  reachability_.note_host((*opened)->host());
  measures_.open.add(1);
  std::lock_guard lock(mutex_);
  connection_ = std::move(*opened);
  term_ = term;
  return connection_.get();
}

void Lane::leave() {
  reachability_.end_term(term_);
  close();
}

void Lane::close() {
  std::unique_ptr<Connection> old;
  {
    std::lock_guard lock(mutex_);
    old = std::move(connection_);
  }
  if (old) measures_.open.add(-1);
}

void Lane::work_for(const CallContext* context) {
  std::lock_guard lock(mutex_);
  context_ = context;
}

void Lane::watch(const std::function<void(const Watched&)>& look) {
  std::lock_guard lock(mutex_);
  if (context_ == nullptr || !connection_) return;
  auto since = connection_->waits_since();
  if (since) look({.context = context_, .connection = connection_.get(), .waits_since = since});
}

struct Pool::Waiting {
  CallContext context;
  Job job;
  steady_clock::time_point queued_at = steady_clock::now();
  Result<void> outcome{};
  std::coroutine_handle<> awaiting{};

  void complete() const {
    auto handle = awaiting;
    if (context.home != nullptr)
      context.home->post([handle] { handle.resume(); });
    else
      handle.resume();
  }
};

struct Pool::Awaiter {
  Pool& pool;
  Waiting waiting;

  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    waiting.awaiting = awaiting;
    if (pool.submit(&waiting)) return true;
    waiting.outcome = fail(no_connection("the queue for a connection is full"));
    return false;
  }
  Result<void> await_resume() { return std::move(waiting.outcome); }
};

Pool::Pool(Server server, PoolOptions options, Measures& measures, OnTick on_tick)
    : server_(std::move(server)),
      options_(std::move(options)),
      measures_(measures),
      on_tick_(std::move(on_tick)),
      reachability_(options_.backoff_max) {
  options_.threads_max = std::max<std::size_t>(options_.threads_max, 1);
  options_.threads_min = std::min(options_.threads_min, options_.threads_max);
  options_.connection.on_timed = [this](const SqlSession& session, std::string_view sql,
                                        std::chrono::nanoseconds took) {
    measures_.note_statement(session, sql, took);
  };
  measures_.size.set(static_cast<double>(options_.threads_max));
  watcher_ = std::thread([this] { watch(); });
}

Pool::~Pool() {
  {
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    ready_.notify_all();
    ended_.wait(lock, [this] { return threads_ == 0; });
  }
  changed_.notify_all();
  watcher_.join();
}

Task<Result<void>> Pool::run(CallContext context, Job job) {
  CO_TRY_VOID(context.check());
  Awaiter awaiter{*this, Waiting{.context = std::move(context), .job = std::move(job)}};
  auto outcome = co_await awaiter;
  co_return outcome;
}

// Notifies under the lock: once it is free, the call may be done and this object gone.
bool Pool::submit(Waiting* waiting) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= options_.queue_max) return false;
  queue_.push_back(waiting);
  measures_.waiting.set(static_cast<double>(queue_.size()));
  if (queue_.size() > idle_ && threads_ < options_.threads_max) add_thread();
  ready_.notify_one();
  return true;
}

// Threads go by themselves, so nobody joins them.
void Pool::add_thread() {
  ++threads_;
  std::thread([this] { work(); }).detach();
}

void Pool::work() {
  pthread_setname_np(pthread_self(), "db-mysql");
  std::unique_lock lock(mutex_);
  auto lane = lanes_.insert(
      lanes_.end(), std::make_shared<Lane>(server_, options_.connection, reachability_, measures_));
  while (auto* waiting = take(lock)) {
    lock.unlock();
    measures_.in_use.add(1);
    std::chrono::duration<double> waited = steady_clock::now() - waiting->queued_at;
    measures_.acquire_seconds.observe(waited.count());
    waiting->outcome = waiting->context.check();
    if (waiting->outcome) {
      (*lane)->work_for(&waiting->context);
      waiting->outcome = waiting->job(**lane);
      (*lane)->work_for(nullptr);
    }
    measures_.in_use.add(-1);
    waiting->complete();
    lock.lock();
  }
  auto gone = std::move(*lane);
  lanes_.erase(lane);
  lock.unlock();
  gone.reset();
  mysql_thread_end();
  lock.lock();
  if (--threads_ == 0) ended_.notify_all();
}

// The next call, or null when the thread may go.
Pool::Waiting* Pool::take(std::unique_lock<std::mutex>& lock) {
  ++idle_;
  while (queue_.empty()) {
    if (is_stopping_) break;
    bool was_woken = ready_.wait_for(lock, options_.idle_max) == std::cv_status::no_timeout;
    if (!was_woken && queue_.empty() && threads_ > options_.threads_min) break;
  }
  --idle_;
  if (queue_.empty()) return nullptr;
  auto* waiting = queue_.front();
  queue_.pop_front();
  measures_.waiting.set(static_cast<double>(queue_.size()));
  return waiting;
}

void Pool::watch() {
  pthread_setname_np(pthread_self(), "db-watch");
  auto next_tick = steady_clock::now();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      bool is_busy = idle_ < threads_ || !queue_.empty();
      changed_.wait_for(lock, is_busy ? watch_interval : tick_interval,
                        [this] { return is_stopping_ && threads_ == 0; });
      if (is_stopping_ && threads_ == 0) break;
    }
    expire_waiting();
    look_at_lanes();
    if (steady_clock::now() >= next_tick) {
      tick();
      next_tick = steady_clock::now() + tick_interval;
    }
  }
  control_.reset();
  mysql_thread_end();
}

void Pool::expire_waiting() {
  std::vector<Waiting*> expired;
  {
    std::lock_guard lock(mutex_);
    auto now = steady_clock::now();
    for (auto waiting = queue_.begin(); waiting != queue_.end();) {
      auto over = (*waiting)->context.check();
      bool is_late = now - (*waiting)->queued_at >= options_.acquire_timeout;
      if (over && !is_late) {
        ++waiting;
        continue;
      }
      if (over) measures_.acquire_timeouts.add();
      (*waiting)->outcome =
          over ? Result<void>(fail(no_connection("no connection became free"))) : std::move(over);
      expired.push_back(*waiting);
      waiting = queue_.erase(waiting);
    }
    measures_.waiting.set(static_cast<double>(queue_.size()));
  }
  for (auto* waiting : expired) waiting->complete();
}

void Pool::look_at_lanes() {
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    std::lock_guard lock(mutex_);
    lanes.assign(lanes_.begin(), lanes_.end());
  }
  for (auto& lane : lanes)
    lane->watch([this](const Lane::Watched& watched) { stop_statement(watched); });
}

void Pool::stop_statement(const Lane::Watched& watched) {
  auto waited = steady_clock::now() - *watched.waits_since;
  // A commit that were interrupted would leave open whether it is done.
  bool is_over = !watched.connection->is_committing() && !watched.context->check();
  bool is_silent = waited >= silence_max;
  if (!is_over && !is_silent) return;
  auto connection = control();
  // After a failover the primary is another server.
  bool answers = connection && (*connection)->host() == watched.connection->host() &&
                 (*connection)->ask("SELECT 1").has_value();
  if (answers && is_over) {
    auto kill = "KILL QUERY " + std::to_string(watched.connection->id());
    watched.connection->while_waiting([&] { std::ignore = (*connection)->ask(kill); });
  }
  if (answers) return;
  if (control_ && control_->trouble() != Trouble::none) control_.reset();
  log::warn("the database does not answer", {{"host", to_string(watched.connection->host())}});
  watched.connection->break_off();
}

void Pool::tick() {
  // Where there is but one host, nobody knows of another that took over.
  if (server_.must_be_writable && server_.hosts.size() > 1) look_for_demotion();
  if (on_tick_) on_tick_(control());
  if (control_ && control_->trouble() != Trouble::none) control_.reset();
}

// Lanes that only read would not notice it, and read what is written to no longer.
void Pool::look_for_demotion() {
  auto connection = control();
  if (!connection) return;
  auto is_read_only = (*connection)->is_read_only();
  if (!is_read_only) return;
  // This connection may be younger than theirs, and be led to the new primary.
  bool is_elsewhere = !*is_read_only && reachability_.leads_elsewhere((*connection)->host());
  if (!*is_read_only && !is_elsewhere) return;
  log::warn(is_elsewhere ? "the primary is another database server now"
                         : "a database server is the primary no longer",
            {{"host", to_string((*connection)->host())}});
  reachability_.end_term(control_term_);
}

Result<Connection*> Pool::control() {
  auto term = reachability_.term();
  if (control_ && control_term_ == term) return control_.get();
  control_.reset();
  auto now = steady_clock::now();
  if (now < control_next_) return fail(no_connection("the server did not answer a moment ago"));
  auto options = options_.connection;
  options.answer_timeout = control_answer_max;
  options.on_timed = {};
  options.on_statement = {};
  auto opened = Connection::open(server_, options);
  if (!opened) {
    control_next_ = steady_clock::now() + control_rest;
    return fail(std::move(opened.error()));
  }
  control_ = std::move(*opened);
  control_term_ = term;
  return control_.get();
}

}  // namespace aiva::mysql
