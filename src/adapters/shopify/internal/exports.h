#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/shopify/internal/admin_api.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// Bulk operations: a shop writes out all products by itself, and we read the result as it arrives.
class Exports {
 public:
  // Borrowed.
  explicit Exports(AdminApi& api) : api_(api) {}

  // Fails with `rate_limited` when the shop has as many of them as it allows.
  Task<Result<StoreExport>> start(CallContext context, StoreAccess access, ProductScope scope);
  Task<Result<StoreExport>> look(CallContext context, StoreAccess access, std::string id);
  Task<Result<void>> cancel(CallContext context, StoreAccess access, std::string id);
  Task<Result<std::unique_ptr<ProductStream>>> open(CallContext context, StoreExport done,
                                                    std::int64_t skip);

 private:
  AdminApi& api_;
};

}  // namespace aiva::shopify
