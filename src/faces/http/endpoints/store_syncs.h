#pragma once

#include <vector>

#include "capabilities/commerce/stores.h"
#include "capabilities/commerce/syncs.h"
#include "faces/http/route.h"

namespace aiva::http {

// What the routes need; borrowed.
struct StoreSyncParts {
  commerce::Stores& stores;
  commerce::Syncs& syncs;
};

// Reading shops: the jobs, their progress, cancelling.
std::vector<Route> store_sync_routes(StoreSyncParts parts);

}  // namespace aiva::http
