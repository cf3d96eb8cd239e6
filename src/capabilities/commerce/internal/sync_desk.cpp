#include "capabilities/commerce/internal/sync_desk.h"

#include <algorithm>
#include <utility>

#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/internal/syncs_table.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

constexpr int due_at_once = 100;
constexpr std::chrono::hours refused_retry{1};
constexpr int page_limit_max = 200;
constexpr int page_max = 1'000'000;

Result<void> check(const knowledge::PageRequest& page) {
  if (page.page < 1 || page.page > page_max)
    return fail(invalid_field("page", "must be between 1 and 1000000"));
  if (page.limit < 1 || page.limit > page_limit_max)
    return fail(invalid_field("limit", "must be between 1 and 200"));
  return {};
}

// Whether a listener has nothing new to hear; an estimate alone is nothing new.
bool is_same(const Sync& one, const Sync& other) {
  auto figures = [](const Sync& sync) {
    return std::tuple(sync.status, std::string_view(sync.step), sync.total_products,
                      sync.processed_products, sync.failed_products, sync.total_images,
                      sync.processed_images, sync.failed_images, sync.added, sync.updated,
                      sync.unchanged, sync.deleted, std::string_view(sync.error));
  };
  return figures(one) == figures(other);
}

}  // namespace

Result<Sync> add_sync(SqlSession& sql, Core& core, const Store& store, SyncType type) {
  auto now = core.parts.clock.unix_ms();
  // Whoever else adds one waits here for the end of this transaction.
  TRY_VOID(StoresTable(sql).next_reading(store.tenant, store.id));
  SyncsTable syncs(sql, now);
  TRY(auto running, syncs.unfinished(store.tenant, store.id));
  if (running) return fail(ErrorCode::conflict, "The store is being read already");
  Sync sync{.id = SyncId::make(),
            .tenant = store.tenant,
            .store = store.id,
            .knowledge_base = store.knowledge_base,
            .type = type,
            .created_at = now};
  TRY_VOID(syncs.insert(sync));
  TRY_VOID(core.parts.jobs.enqueue(sql, make_sync_job(store.tenant, sync.id)));
  return sync;
}

SyncDesk::SyncDesk(Core& core, StoreOpener& opener)
    : core_(core),
      opener_(opener),
      writer_(core),
      completed_(core.parts.metrics.counter("aiva_store_syncs_total", "Syncs of stores that ended",
                                            {{"outcome", "completed"}})),
      failed_(core.parts.metrics.counter("aiva_store_syncs_total", "Syncs of stores that ended",
                                         {{"outcome", "failed"}})) {}

Task<Result<Sync>> SyncDesk::start(CallContext context, StoreId store, SyncType type) {
  auto asking = core_.parts.billing.require(context, context.tenant, billing::gates::upload);
  auto allowed = co_await std::move(asking);
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Sync> {
    TRY(auto row, StoresTable(sql).get(context.tenant, store));
    if (!allowed) return fail(allowed.error());
    if (row.store.status == StoreStatus::paused)
      return fail(ErrorCode::conflict, "The store is paused");
    return add_sync(sql, core_, row.store, type);
  });
  CO_TRY(auto sync, co_await std::move(writing));
  core_.parts.jobs.wake();
  co_return sync;
}

Task<Result<Sync>> SyncDesk::get(CallContext context, SyncId id) {
  auto now = core_.parts.clock.unix_ms();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<Sync> {
    TRY(auto row, SyncsTable(sql, now).get(context.tenant, id));
    return std::move(row.sync);
  });
  auto sync = co_await std::move(reading);
  co_return sync;
}

Task<Result<knowledge::PageOf<Sync>>> SyncDesk::list(CallContext context, Filter filter) {
  CO_TRY_VOID(check(filter.page));
  auto now = core_.parts.clock.unix_ms();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return SyncsTable(sql, now).list(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<Sync>> SyncDesk::cancel(CallContext context, SyncId id) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Sync> {
    SyncsTable table(sql, now);
    TRY(auto row, table.get(context.tenant, id));
    TRY(auto has_ended, table.end(context.tenant, id, SyncStatus::cancelled, "Cancelled"));
    if (!has_ended)
      return fail(ErrorCode::conflict,
                  "The sync is " + std::string(to_string(row.sync.status)) + " already");
    TRY_VOID(core_.parts.jobs.cancel(sql, sync_job_kind, id.to_string()));
    TRY(auto cancelled, table.get(context.tenant, id));
    return std::move(cancelled.sync);
  });
  auto sync = co_await std::move(writing);
  co_return sync;
}

// The row is looked at, for the sync may run in another process.
Task<Result<void>> SyncDesk::follow(CallContext context, SyncId id, Listener listener) {
  std::optional<Sync> told;
  for (;;) {
    CO_TRY_VOID(context.check());
    auto getting = get(context, id);
    CO_TRY(auto sync, co_await std::move(getting));
    if (!told || !is_same(*told, sync)) {
      auto telling = listener(sync);
      CO_TRY_VOID(co_await std::move(telling));
    }
    if (is_final(sync.status)) co_return Result<void>{};
    told = std::move(sync);
    if (!core_.parts.pause) continue;
    auto waiting = core_.parts.pause(context, core_.settings.progress_interval);
    CO_TRY_VOID(co_await std::move(waiting));
  }
}

Task<Result<std::int64_t>> SyncDesk::start_due(CallContext context) {
  auto now = core_.parts.clock.unix_ms();
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).due(now, due_at_once); });
  CO_TRY(auto due, co_await std::move(reading));
  std::int64_t count = 0;
  for (const auto& row : due) {
    CO_TRY_VOID(context.check());
    auto of_tenant = context;
    of_tenant.tenant = row.store.tenant;
    of_tenant.user = row.created_by;
    auto starting = start(of_tenant, row.store.id, SyncType::incremental);
    auto started = co_await std::move(starting);
    if (started) ++count;
    bool is_taken = started || started.error().code == ErrorCode::conflict ||
                    started.error().code == ErrorCode::not_found;
    if (is_taken) continue;
    log::failure("A store's sync could not be started", of_tenant, started.error());
    auto later = now + std::chrono::milliseconds(refused_retry).count();
    auto delaying = write(core_.parts.database, of_tenant, [&](SqlSession& sql) {
      return StoresTable(sql).set_next_sync(row.store.tenant, row.store.id, later);
    });
    CO_TRY_VOID(co_await std::move(delaying));
  }
  co_return count;
}

Task<Result<JobOutcome>> SyncDesk::run(CallContext context, Job job) {
  context.tenant = job.tenant;
  if (job.kind == sync_job_kind) return run_sync(std::move(context), std::move(job));
  if (job.kind == images_job_kind) return run_images(std::move(context), std::move(job));
  return run_events(std::move(context), std::move(job));
}

}  // namespace aiva::commerce
