#pragma once

#include "capabilities/commerce/types.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

// Read the body that connects a store, and the one that changes `store`; fail with `invalid` and
// every field that is wrong.
Result<commerce::NewStore> read_new_store(const json::Value& body);
Result<commerce::StoreChange> read_store_change(const json::Value& body,
                                                const commerce::Store& store);

}  // namespace aiva::http
