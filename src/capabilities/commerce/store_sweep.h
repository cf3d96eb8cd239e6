#pragma once

#include <cstdint>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::commerce {

// Borrowed.
struct StoreSweepParts {
  Database& database;
  ObjectStore& objects;
  const Clock& clock;
};

// Removes what stores left that are gone, with their knowledge base or by a process that was
// killed: uploaded feeds that are older than an hour and that no store reads, and changes of
// products without a store. Of all tenants; may run at any time, on several nodes at once, and be
// cut off. Answers how many feeds and stores it swept behind.
Task<Result<std::int64_t>> sweep_stores(CallContext context, StoreSweepParts parts);

}  // namespace aiva::commerce
