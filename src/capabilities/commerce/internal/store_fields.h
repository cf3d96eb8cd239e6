#pragma once

#include <string>

#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/types.h"
#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// A store that is to be connected, its address in the form of its kind. Fails with `invalid` and
// every field that is wrong.
Result<NewStore> check_new_store(NewStore store, const Storefront& storefront);
// The same for what is to change of a store of that kind.
Result<StoreChange> check_change(StoreChange change, const std::string& kind,
                                 const Storefront& storefront);
// The change made to a row; secrets are sealed with `key`.
void apply(StoreRow& row, const StoreChange& change, const std::string& key, UnixMs now);
// When a store is read again by itself after `now`; 0: it is not.
UnixMs planned(const SyncSchedule& schedule, UnixMs now);

// What a store answered when it was looked at to be connected, as a mistake of the field it comes
// from; what may pass stays as it is.
Error as_field_error(Error error);
// A failure of a store as its tenant may read it: that a store refuses its token says nothing of
// who calls.
Error as_store_failure(Error error);

}  // namespace aiva::commerce
