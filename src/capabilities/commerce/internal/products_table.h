#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// Reads the rows of products; lives inside one read or transaction.
class ProductsTable {
 public:
  explicit ProductsTable(SqlSession& sql) : sql_(sql) {}

  // In this order, without those that are gone.
  Result<std::vector<Product>> get(TenantId tenant, std::span<const ProductId> ids);
  Result<knowledge::PageOf<Product>> list(TenantId tenant, const Catalogue::Filter& filter);
  Result<CatalogueStatistics> statistics(TenantId tenant, std::optional<StoreId> store,
                                         const std::string& model);

 private:
  Result<void> add_variants(TenantId tenant, std::vector<Product>& products);
  Result<void> add_images(TenantId tenant, std::vector<Product>& products);
  Result<std::int64_t> number(std::string_view sql, std::span<const SqlValue> parameters);

  SqlSession& sql_;
};

}  // namespace aiva::commerce
