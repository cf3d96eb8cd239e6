#include <algorithm>
#include <utility>

#include "capabilities/commerce/internal/event_run.h"
#include "capabilities/commerce/internal/picture_run.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/store_removal.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/sync_desk.h"
#include "capabilities/commerce/internal/syncs_table.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

using Kind = JobOutcome::Kind;

constexpr int failures_max = 5;
constexpr std::chrono::seconds retry_base{5};
constexpr std::chrono::seconds database_retry{5};
constexpr std::chrono::seconds pictures_retry{20};
constexpr std::chrono::minutes retry_longest{5};
constexpr std::chrono::seconds turn_retry{2};

// Whether the store refuses what it is asked with: only its owner can change that.
bool is_refused(ErrorCode code) {
  return code == ErrorCode::unauthenticated || code == ErrorCode::forbidden;
}

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::rate_limited || code == ErrorCode::internal ||
         code == ErrorCode::conflict;
}

std::chrono::milliseconds delay_after(int failures, const Error& error) {
  auto delay = std::min<std::chrono::seconds>(retry_base * failures * failures, retry_longest);
  return std::max(delay, std::chrono::seconds(error.retry_after_s));
}

CallContext without_end(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  return context;
}

}  // namespace

class SyncDesk::Turn {
 public:
  Turn(SyncDesk& desk, StoreId store) : desk_(desk), store_(store) {
    std::lock_guard lock(desk_.mutex_);
    has_it_ = desk_.busy_.insert(store).second;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!has_it_) return;
    std::lock_guard lock(desk_.mutex_);
    desk_.busy_.erase(store_);
  }
  [[nodiscard]] bool has_it() const { return has_it_; }

 private:
  SyncDesk& desk_;
  StoreId store_;
  bool has_it_ = false;
};

Task<Result<JobOutcome>> SyncDesk::run_sync(CallContext context, Job job) {
  auto id = SyncId::parse(job.subject);
  if (!id) co_return JobOutcome{Kind::dead, "The job names no sync"};
  std::optional<SyncRow> row;
  std::optional<StoreRow> store_row;
  auto now = core_.parts.clock.unix_ms();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(row, SyncsTable(sql, now).find(job.tenant, *id));
    if (!row) return {};
    TRY(store_row, StoresTable(sql).find(job.tenant, row->sync.store));
    return {};
  });
  auto was_read = co_await std::move(reading);
  if (!was_read) co_return JobOutcome{Kind::retry, was_read.error().message, database_retry};
  if (!row || !store_row || is_final(row->sync.status)) co_return JobOutcome{};
  context.user = store_row->created_by;
  if (job.state == JobState::dead) {
    auto ending = end_sync(
        context, std::move(*row),
        {.code = ErrorCode::unavailable, .message = "Given up after it was interrupted too often"});
    auto ended = co_await std::move(ending);
    co_return ended;
  }
  auto read_until = store_row->read_until;
  auto store = opener_.open(std::move(*store_row));
  if (!store) {
    auto ending = end_sync(context, std::move(*row), std::move(store.error()));
    auto ended = co_await std::move(ending);
    co_return ended;
  }
  SyncRun run(core_, writer_, parked_, std::move(*store), *row, read_until);
  auto running = run.run(context);
  auto end = co_await std::move(running);
  if (!end) {
    auto settling = settle_sync(context, run, std::move(*row), std::move(end.error()));
    auto settled = co_await std::move(settling);
    co_return settled;
  }
  if (*end == SyncRun::End::yielded) co_return JobOutcome{Kind::released, ""};
  if (*end == SyncRun::End::completed) completed_.add();
  co_return JobOutcome{};
}

Task<Result<JobOutcome>> SyncDesk::settle_sync(CallContext context, SyncRun& run, SyncRow row,
                                               Error error) {
  if (context.cancellation.stop_requested()) {
    auto after_all = without_end(context);
    auto getting = get(after_all, row.sync.id);
    auto sync = co_await std::move(getting);
    if (sync && is_final(sync->status)) co_await run.abandon_export(after_all);
    co_return JobOutcome{Kind::cancelled, error.message};
  }
  context = without_end(context);
  log::failure("A store could not be read", context, error);
  if (!may_pass(error.code)) {
    auto ending = end_sync(context, std::move(row), std::move(error));
    auto ended = co_await std::move(ending);
    co_return ended;
  }
  auto noting = run.note_failure(context);
  auto failures = co_await std::move(noting);
  if (!failures && failures.error().code == ErrorCode::not_found) co_return JobOutcome{};
  if (!failures || *failures < failures_max)
    co_return JobOutcome{Kind::retry, error.message, delay_after(failures.value_or(1), error)};
  auto ending = end_sync(context, std::move(row), std::move(error));
  auto ended = co_await std::move(ending);
  co_return ended;
}

Task<Result<JobOutcome>> SyncDesk::end_sync(CallContext context, SyncRow row, Error error) {
  auto now = core_.parts.clock.unix_ms();
  const auto& sync = row.sync;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable stores(sql);
    TRY_VOID(SyncsTable(sql, now).end(sync.tenant, sync.id, SyncStatus::failed, error.message));
    TRY(auto store, stores.find(sync.tenant, sync.store));
    if (!store) return {};
    const auto& schedule = store->store.schedule;
    auto interval = std::chrono::milliseconds(std::chrono::minutes(schedule.interval_minutes));
    TRY_VOID(stores.set_next_sync(sync.tenant, sync.store,
                                  schedule.is_automatic ? now + interval.count() : 0));
    bool is_broken = is_refused(error.code) && store->store.status != StoreStatus::paused;
    if (!is_broken) return {};
    // That it was uninstalled, or its consent ran out, says more than that its token is refused.
    if (!store->store.error.empty() && !store->store.has_token) return {};
    return stores.set_status(sync.tenant, sync.store, StoreStatus::error, error.message, now);
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{Kind::retry, error.message, database_retry};
  failed_.add();
  co_return JobOutcome{};
}

Task<Result<JobOutcome>> SyncDesk::run_images(CallContext context, Job job) {
  if (job.state == JobState::dead) co_return JobOutcome{Kind::dead, "Interrupted too often"};
  auto task = store_task_from_json(job.payload);
  auto subject = std::string_view(job.subject);
  auto id = StoreId::parse(subject.substr(subject.find(':') + 1));
  if (!id) co_return JobOutcome{Kind::dead, "The job names no store"};
  Turn turn(*this, *id);
  // Others may be at it for hours: waiting is no attempt.
  if (!turn.has_it()) co_return JobOutcome{Kind::released, "Others are at it", turn_retry};
  if (!task.orphans.empty()) {
    auto removing = remove_orphans(context, core_, *id, std::move(task.orphans));
    auto removed = co_await std::move(removing);
    if (removed) co_return JobOutcome{};
    auto settling = settle(context, *id, std::move(job), std::move(removed.error()));
    auto settled = co_await std::move(settling);
    co_return settled;
  }
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).find(job.tenant, *id); });
  auto row = co_await std::move(reading);
  if (!row) co_return JobOutcome{Kind::retry, row.error().message, database_retry};
  if (!*row) co_return JobOutcome{};
  context.user = (*row)->created_by;
  PictureRun run(core_, std::move((*row)->store));
  auto running = run.run(context);
  auto end = co_await std::move(running);
  if (!end) {
    auto settling = settle(context, *id, std::move(job), std::move(end.error()));
    auto settled = co_await std::move(settling);
    co_return settled;
  }
  switch (*end) {
    case PictureRun::End::completed:
    case PictureRun::End::stopped: co_return JobOutcome{};
    case PictureRun::End::yielded: co_return JobOutcome{Kind::released, ""};
    case PictureRun::End::waits:
      co_return JobOutcome{Kind::retry, "Some pictures are tried again",
                           std::min<std::chrono::seconds>(
                               pictures_retry * job.attempts * job.attempts, retry_longest)};
  }
  co_return JobOutcome{};
}

Task<Result<JobOutcome>> SyncDesk::run_events(CallContext context, Job job) {
  if (job.state == JobState::dead) co_return JobOutcome{Kind::dead, "Interrupted too often"};
  auto task = store_task_from_json(job.payload);
  auto subject = std::string_view(job.subject);
  auto id = StoreId::parse(subject.substr(subject.find(':') + 1));
  if (!id) co_return JobOutcome{Kind::dead, "The job names no store"};
  if (task.removes_store) {
    auto removing = remove_store(context, core_, *id, {});
    auto removed = co_await std::move(removing);
    bool is_gone = removed || removed.error().code == ErrorCode::not_found;
    if (is_gone) co_return JobOutcome{};
    auto settling = settle(context, *id, std::move(job), std::move(removed.error()));
    auto settled = co_await std::move(settling);
    co_return settled;
  }
  EventRun run(core_, writer_, opener_, *id);
  auto running = run.run(context);
  auto ended = co_await std::move(running);
  if (ended && *ended == EventRun::End::yielded) co_return JobOutcome{Kind::released, ""};
  if (ended) co_return JobOutcome{};
  auto settling = settle(context, *id, std::move(job), std::move(ended.error()));
  auto settled = co_await std::move(settling);
  co_return settled;
}

Task<Result<JobOutcome>> SyncDesk::settle(CallContext context, StoreId store, Job job,
                                          Error error) {
  if (context.cancellation.stop_requested()) co_return JobOutcome{Kind::cancelled, error.message};
  if (error.code == ErrorCode::not_found) co_return JobOutcome{};
  context = without_end(context);
  log::failure("A store's job could not go on", context, error);
  if (!is_refused(error.code))
    co_return JobOutcome{Kind::retry, error.message, delay_after(job.attempts, error)};
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable stores(sql);
    TRY(auto row, stores.find(job.tenant, store));
    if (!row || row->store.status == StoreStatus::paused) return {};
    if (!row->store.error.empty() && !row->store.has_token) return {};
    return stores.set_status(job.tenant, store, StoreStatus::error, error.message, now);
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{Kind::retry, error.message, database_retry};
  co_return JobOutcome{};
}

}  // namespace aiva::commerce
