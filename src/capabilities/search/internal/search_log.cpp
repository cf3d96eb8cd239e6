#include "capabilities/search/internal/search_log.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "capabilities/search/question.h"
#include "foundation/log.h"

namespace aiva::search {
namespace {

constexpr std::size_t batch_max = 500;
constexpr int attempts_max = 3;

constexpr std::string_view insert_search =
    "INSERT INTO knowledge_searches (id, tenant_id, kb_id, user_id, session_id, query, search_type,"
    " results_count, top_score, search_time_ms, query_tokens, base_cost, is_cached, question_hash,"
    " query_expanded, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

SearchLog::SearchLog(Database& database, billing::Billing& billing, Metrics& metrics,
                     std::size_t unwritten_max)
    : database_(database),
      billing_(billing),
      lost_(metrics.counter("aiva_search_records_lost_total",
                            "Searches whose log row and charge could not be written")),
      unwritten_max_(unwritten_max),
      thread_([this] { run(); }) {}

SearchLog::~SearchLog() {
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

Task<void> SearchLog::record(SearchRecord record) {
  Batch single;  // what the queue has no room for
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() < unwritten_max_) {
      queue_.push_back(std::move(record));
      bool wakes = !std::exchange(is_wanted_, true) || queue_.size() == batch_max;
      if (wakes) wanted_.notify_one();
      co_return;
    }
    single.push_back(std::move(record));
  }
  if (!co_await write_batch(std::move(single))) co_return;
  std::lock_guard lock(mutex_);
  is_wanted_ = true;  // what fills the queue can be written again, too
  wanted_.notify_one();
}

// After a failure it waits for a record that comes or for the end of the program, so that a
// database that is down is not hammered.
void SearchLog::run() {
  pthread_setname_np(pthread_self(), "search-log");
  auto group_begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return is_wanted_ || is_ending_; });
    wanted_.wait_until(lock, group_begin,
                       [this] { return is_ending_ || queue_.size() >= batch_max; });
    auto batch = take();
    bool is_more = !queue_.empty();
    is_wanted_ = false;
    if (batch.empty() && is_ending_) return;
    lock.unlock();
    group_begin = std::chrono::steady_clock::now() + group_interval;
    bool is_written = write_now(std::move(batch));
    lock.lock();
    if (is_written && is_more) is_wanted_ = true;
  }
}

// The next group, under the lock.
SearchLog::Batch SearchLog::take() {
  auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), batch_max));
  Batch batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

bool SearchLog::write_now(Batch batch) {
  if (batch.empty()) return true;
  auto count = static_cast<double>(batch.size());
  try {
    return sync_wait(write_batch(std::move(batch)));
  } catch (const std::exception& exception) {
    lost_.add(count);
    log::failure("Searches were answered but not recorded", {}, internal_error(exception.what()));
    return false;
  }
}

// One record that cannot be written (its tenant is gone) must not hold up the others: when the
// group fails, each is tried alone.
Task<bool> SearchLog::write_batch(Batch batch) {
  auto written = co_await write_rows(batch);
  if (written) co_return true;
  if (batch.size() == 1) {
    retry_later(std::move(batch.front()), written.error());
    co_return false;
  }
  bool is_all_written = true;
  for (auto& record : batch) {
    auto alone = co_await write_rows(std::span(&record, 1));
    if (alone) continue;
    is_all_written = false;
    retry_later(std::move(record), alone.error());
  }
  co_return is_all_written;
}

Task<Result<void>> SearchLog::write_rows(std::span<const SearchRecord> records) {
  auto rows = [this, records](SqlSession& session) -> Result<void> {
    for (const auto& record : records) {
      auto user = record.user.is_nil() ? std::nullopt : std::optional(record.user);
      auto id = record.id.to_string();
      auto hash = hash_of_question(normal_question(record.query));
      TRY_VOID(session.execute(
          insert_search, {id, record.tenant, record.knowledge_base, user, record.session,
                          record.query, to_string(record.type), record.results_count,
                          record.top_score, record.time_ms, record.query_tokens, record.base_cost,
                          record.is_cached, hash, record.query_expanded, record.created_at}));
      if (!record.is_billed) continue;
      billing::Charge charge{.operation = "search",
                             .reference = id,
                             .base = record.base_cost,
                             .model = record.model,
                             .key = record.api_key};
      TRY_VOID(billing_.charge(session, record.tenant, charge));
    }
    return {};
  };
  auto outcome = co_await write(database_, CallContext{}, std::move(rows));
  co_return outcome;
}

void SearchLog::retry_later(SearchRecord record, const Error& error) {
  ++record.attempts;
  {
    std::lock_guard lock(mutex_);
    if (record.attempts < attempts_max && queue_.size() < unwritten_max_) {
      queue_.push_back(std::move(record));
      return;
    }
  }
  lost_.add();
  CallContext context{.tenant = record.tenant};
  log::failure("A search was answered but not recorded", context, error);
}

}  // namespace aiva::search
