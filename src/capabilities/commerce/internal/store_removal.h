#pragma once

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/stores_table.h"

namespace aiva::commerce {

// Removes a store with its products, some at a time; their images follow by jobs. One that was cut
// off is paused and is removed by the next call. The knowledge base stays.
Task<Result<void>> remove_store(CallContext context, Core& core, StoreId store,
                                identity::Caller caller);

// Ends the sync of the store that runs, if one does.
Result<void> cancel_running_sync(SqlSession& sql, Core& core, TenantId tenant, StoreId store);

}  // namespace aiva::commerce
