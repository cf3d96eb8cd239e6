#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/shopify/internal/admin_api.h"
#include "adapters/shopify/internal/product_nodes.h"
#include "adapters/shopify/internal/product_queries.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// Reads products and what belongs to them, by GraphQL and, page by page, by REST. What a page does
// not hold whole is read behind it. Failures are those of Storefront.
class CatalogueReader {
 public:
  // Borrowed.
  explicit CatalogueReader(AdminApi& api) : api_(api) {}

  Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access);
  Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                            ProductScope scope, UnixMs updated_since);
  Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                          Storefront::ListRequest request);
  Task<Result<TracePage>> list_traces(CallContext context, StoreAccess access,
                                      Storefront::ListRequest request);
  Task<Result<std::vector<StoreProduct>>> get_products(CallContext context, StoreAccess access,
                                                       std::vector<std::string> ids);
  Task<Result<std::string>> product_of_inventory_item(CallContext context, StoreAccess access,
                                                      std::string item);
  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                              StoreAccess access);

 private:
  Task<Result<ProductPage>> list_by_graphql(CallContext context, StoreAccess access,
                                            std::string search, std::string after);
  Task<Result<ProductPage>> list_by_rest(CallContext context, StoreAccess access, std::string path);
  Task<Result<TracePage>> traces_by_graphql(CallContext context, StoreAccess access,
                                            std::string search, std::string after);
  Task<Result<TracePage>> traces_by_rest(CallContext context, StoreAccess access, std::string path);
  // The products of these nodes, whole; those that vanished meanwhile are left out.
  Task<Result<std::vector<StoreProduct>>> complete(CallContext context, StoreAccess access,
                                                   std::vector<PartialProduct> partials);
  // False when the product vanished.
  Task<Result<bool>> read_rest_of_list(CallContext context, StoreAccess access,
                                       PartialProduct& partial, Unfinished list);
  // All variants of a product that REST shows a part of.
  Task<Result<void>> read_all_variants(CallContext context, StoreAccess access,
                                       StoreProduct& product, json::Object shown);
  // Adds what REST does not tell.
  Task<Result<std::vector<StoreProduct>>> add_extras(CallContext context, StoreAccess access,
                                                     std::vector<StoreProduct> products);

  AdminApi& api_;
};

}  // namespace aiva::shopify
