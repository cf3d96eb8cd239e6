#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/open_stores.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::commerce {

// The products of a store, by their ids there, whose rows differ from it in one collection: those
// that joined it, left it, or have it by another title than this one (empty: any will do). Asks the
// store for the ids of its products, and reads the store's rows once. Fails as the store does.
Task<Result<std::vector<std::string>>> products_to_read(CallContext context, Core& core,
                                                        const OpenStore& store,
                                                        StoreCollection collection);

}  // namespace aiva::commerce
