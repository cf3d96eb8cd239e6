#pragma once

#include <cstdint>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::commerce {

// Forget rows of all tenants, some hundred in each transaction, and answer how many. They may run
// at any time, on several nodes at once, and be cut off.

// Syncs that have ended and began before `instant`, but for the last one of each store.
Task<Result<std::int64_t>> forget_syncs(CallContext context, Database& database, UnixMs instant);
// Products that were deleted in their store before `instant`, with their variants and changes. An
// index that was not asked for since is made anew.
Task<Result<std::int64_t>> forget_deleted_products(CallContext context, Database& database,
                                                   UnixMs instant);

}  // namespace aiva::commerce
