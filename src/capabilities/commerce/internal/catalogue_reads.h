#pragma once

#include <optional>
#include <vector>

#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/internal/core.h"

namespace aiva::commerce {

// The catalogue out of its rows.
class CatalogueReads final : public Catalogue {
 public:
  // Borrowed.
  explicit CatalogueReads(Core& core) : core_(core) {}

  Task<Result<knowledge::PageOf<Product>>> list(CallContext context, Filter filter) override;
  Task<Result<Product>> get(CallContext context, ProductId id) override;
  Task<Result<std::vector<Product>>> get_all(CallContext context,
                                             std::vector<ProductId> ids) override;
  Task<Result<CatalogueStatistics>> statistics(CallContext context,
                                               std::optional<StoreId> store) override;

 private:
  Core& core_;
};

}  // namespace aiva::commerce
