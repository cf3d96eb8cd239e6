#pragma once

#include <optional>
#include <string>

#include "adapters/shopify/internal/admin_api.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// The order customers know as "1001" or "#1001", with its first 100 lines; nothing when there is
// none, or when it is no number an order could have.
Task<Result<std::optional<StoreOrder>>> find_order(AdminApi& api, CallContext context,
                                                   StoreAccess access, std::string number);

}  // namespace aiva::shopify
