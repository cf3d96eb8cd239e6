#include "capabilities/search/internal/search_log.h"

#include <algorithm>
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
      unwritten_max_(unwritten_max) {}

SearchLog::~SearchLog() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !is_writing_; });
  while (!queue_.empty()) {
    is_writing_ = true;
    lock.unlock();
    sync_wait(write_queued());
    lock.lock();
  }
}

Task<void> SearchLog::record(SearchRecord record) {
  Batch single;  // what the queue has no room for
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= unwritten_max_) {
      single.push_back(std::move(record));
    } else {
      queue_.push_back(std::move(record));
      if (is_writing_) co_return;
      is_writing_ = true;
    }
  }
  if (!single.empty()) {
    co_await write_batch(std::move(single));
    co_return;
  }
  start(write_queued(), [this](std::exception_ptr exception) {
    if (exception) stop_writing();
  });
}

// The next group; empty, with writing declared stopped, when nothing waits.
SearchLog::Batch SearchLog::take() {
  std::lock_guard lock(mutex_);
  auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), batch_max));
  Batch batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  if (batch.empty()) {
    is_writing_ = false;
    idle_.notify_all();
  }
  return batch;
}

void SearchLog::stop_writing() {
  std::lock_guard lock(mutex_);
  is_writing_ = false;
  idle_.notify_all();
}

// Writes group after group. After a failure it stops until the next record or the end of the
// program, so that a database that is down is not hammered.
Task<void> SearchLog::write_queued() {
  for (auto batch = take(); !batch.empty(); batch = take()) {
    bool is_written = co_await write_batch(std::move(batch));
    if (is_written) continue;
    stop_writing();
    co_return;
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
      billing::Charge charge{.operation = "search", .reference = id, .base = record.base_cost};
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
