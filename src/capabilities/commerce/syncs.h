#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "capabilities/commerce/types.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/job_queue.h"

namespace aiva::commerce {

// The kinds of jobs in the queue: reading a store, reading pictures of its products, following
// events it sent.
inline constexpr const char* sync_job_kind = "sync_store";
inline constexpr const char* images_job_kind = "fetch_product_images";
inline constexpr const char* events_job_kind = "follow_store_events";

// Reading stores into knowledge bases. Every operation sees only rows of `context.tenant`; anything
// else is `not_found`.
class Syncs {
 public:
  virtual ~Syncs() = default;

  // Fails with `conflict` (one of the store runs, or it is paused), `quota_exceeded`.
  virtual Task<Result<Sync>> start(CallContext context, StoreId store, SyncType type) = 0;
  virtual Task<Result<Sync>> get(CallContext context, SyncId id) = 0;
  struct Filter {
    std::optional<StoreId> store{};
    std::optional<SyncStatus> status{};
    knowledge::PageRequest page{};
  };
  // Newest first.
  virtual Task<Result<knowledge::PageOf<Sync>>> list(CallContext context, Filter filter) = 0;
  // What was read stays. `conflict` when it has ended.
  virtual Task<Result<Sync>> cancel(CallContext context, SyncId id) = 0;
  // Calls `listener` with the sync as it is and whenever it changed, until it ends or the listener
  // fails.
  using Listener = std::function<Task<Result<void>>(Sync)>;
  virtual Task<Result<void>> follow(CallContext context, SyncId id, Listener listener) = 0;

  // Starts the syncs of all tenants that are due; answers how many.
  virtual Task<Result<std::int64_t>> start_due(CallContext context) = 0;
  // Runs one leased job of any of the three kinds to its end.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
};

}  // namespace aiva::commerce
