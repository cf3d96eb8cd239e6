#pragma once

#include <chrono>
#include <cstdint>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::commerce {

// How long rows are kept that nothing needs any more.
struct StoreRetention {
  std::chrono::days syncs{90};             // that have ended; the last one of each store stays
  std::chrono::days deleted_products{30};  // after they were found to be gone
};

// Borrowed.
struct StoreSweepParts {
  Database& database;
  ObjectStore& objects;
  const Clock& clock;
  StoreRetention retention{};
};

// Removes what stores left that are gone, with their knowledge base or by a process that was
// killed: uploaded feeds that are older than an hour and that no store reads, and changes of
// products without a store; and rows older than the retention. Of all tenants; may run at any time,
// on several nodes at once, and be cut off. Answers how many feeds and stores it swept behind, and
// rows it forgot.
Task<Result<std::int64_t>> sweep_stores(CallContext context, StoreSweepParts parts);

}  // namespace aiva::commerce
