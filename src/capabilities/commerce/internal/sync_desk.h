#pragma once

#include <mutex>
#include <set>
#include <string>

#include "capabilities/commerce/internal/catalogue_writer.h"
#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/parked_exports.h"
#include "capabilities/commerce/internal/store_opener.h"
#include "capabilities/commerce/internal/sync_run.h"
#include "capabilities/commerce/syncs.h"

namespace aiva::commerce {

// Starts syncs, tells of them, and runs the jobs of stores.
class SyncDesk final : public Syncs {
 public:
  // Borrowed.
  SyncDesk(Core& core, StoreOpener& opener);

  Task<Result<Sync>> start(CallContext context, StoreId store, SyncType type) override;
  Task<Result<Sync>> get(CallContext context, SyncId id) override;
  Task<Result<knowledge::PageOf<Sync>>> list(CallContext context, Filter filter) override;
  Task<Result<Sync>> cancel(CallContext context, SyncId id) override;
  Task<Result<void>> follow(CallContext context, SyncId id, Listener listener) override;
  Task<Result<std::int64_t>> start_due(CallContext context) override;
  Task<Result<JobOutcome>> run(CallContext context, Job job) override;

 private:
  Task<Result<JobOutcome>> run_sync(CallContext context, Job job);
  Task<Result<JobOutcome>> settle_sync(CallContext context, SyncRun& run, SyncRow row, Error error);
  Task<Result<JobOutcome>> end_sync(CallContext context, SyncRow row, Error error);
  Task<Result<JobOutcome>> run_images(CallContext context, Job job);
  Task<Result<JobOutcome>> run_events(CallContext context, Job job);
  // What becomes of a job of pictures or events that failed.
  Task<Result<JobOutcome>> settle(CallContext context, StoreId store, Job job, Error error);

  // A store whose pictures are being worked on in this process.
  class Turn;

  Core& core_;
  StoreOpener& opener_;
  CatalogueWriter writer_;
  ParkedExports parked_;
  Counter& completed_;
  Counter& failed_;
  std::mutex mutex_;
  std::set<StoreId> busy_;
};

// Adds a sync of the store with its job in the caller's transaction. Fails with `conflict` when one
// runs.
Result<Sync> add_sync(SqlSession& sql, Core& core, const Store& store, SyncType type);

}  // namespace aiva::commerce
