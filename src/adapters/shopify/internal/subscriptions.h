#pragma once

#include <string>

#include "adapters/shopify/internal/admin_api.h"

namespace aiva::shopify {

// Has a shop send the events AIVA follows to `address`: those of topics that the token may see and
// that are not sent there yet.
Task<Result<void>> subscribe(AdminApi& api, CallContext context, StoreAccess access,
                             std::string address);

}  // namespace aiva::shopify
