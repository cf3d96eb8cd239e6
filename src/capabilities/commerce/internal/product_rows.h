#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/shelf_product.h"
#include "capabilities/commerce/types.h"
#include "ports/database.h"
#include "ports/passage_index.h"

namespace aiva::commerce {

// How far the products of a knowledge base have come.
struct StoreVersion {
  KnowledgeBaseId knowledge_base{};
  StoreId store{};
  std::int64_t version = 0;
  // Changes up to this version may be forgotten: who shows an earlier one cannot be led on.
  std::int64_t changes_from = 0;
};

// A product that changed, and the version of its store in which it did so last.
struct ChangedProduct {
  std::int64_t version = 0;
  ProductId id{};
};

// What an index has of a product, without what the text tells about its language.
struct ProductPassage {
  IndexedPassage passage{};
  bool is_of_another_model = false;  // it has a vector, but none that can be compared
};

// Where an image of a product is kept among the images of its knowledge base.
struct KeptImage {
  std::string url{};
  std::string thumbnail_url{};
};

// Reads products as searches need them. A product is listed when it is active and published; no
// other is found. Lives as long as the session.
class ProductRows {
 public:
  explicit ProductRows(SqlSession& sql) : sql_(sql) {}

  // The stores of these knowledge bases, of those that have one.
  Result<std::vector<StoreVersion>> versions(TenantId tenant,
                                             std::span<const KnowledgeBaseId> bases);
  // Behind `after`, in the order of versions and ids.
  Result<std::vector<ChangedProduct>> changed(StoreId store, ChangedProduct after,
                                              std::int64_t count_max);
  // What an index has of a product; nothing unless it is listed.
  Result<std::optional<ProductPassage>> passage(StoreId store, ProductId id, std::string_view model,
                                                std::size_t dimension);
  // The same of a shelf.
  Result<std::optional<ShelfProduct>> shelf_product(StoreId store, ProductId id);
  // Listed products in the order of `ids`; others are left out.
  Result<std::vector<Product>> listed(TenantId tenant, std::span<const ProductId> ids);
  // Products of these images, by their images in the order given.
  Result<std::vector<std::pair<ImageId, ProductId>>> of_images(
      TenantId tenant, std::span<const KnowledgeBaseId> bases, std::span<const ImageId> images);
  // Where images are served, of those that are there.
  Result<std::unordered_map<ImageId, KeptImage>> kept_images(TenantId tenant,
                                                             std::span<const ImageId> images);
  // Those of these knowledge bases that have any listed product.
  Result<std::vector<KnowledgeBaseId>> with_products(TenantId tenant,
                                                     std::span<const KnowledgeBaseId> bases);

 private:
  Result<void> read_variants(Product& product);
  Result<void> read_images(Product& product);

  SqlSession& sql_;
};

}  // namespace aiva::commerce
