#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "capabilities/commerce/internal/prepared_product.h"
#include "capabilities/commerce/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// What is known of a product before it is written.
struct KnownProduct {
  ProductId id{};
  std::string content_hash{};
  std::string text_hash{};
  std::string embedding_model{};  // empty: it has no vector
  std::int64_t seen = 0;
  bool is_deleted = false;
  UnixMs shop_updated_at = 0;
};
using KnownProducts = std::unordered_map<std::string, KnownProduct>;  // by the id of the store

// How much of each variant there is, by the variant's id of the store; of one product.
using KnownInventories = std::unordered_map<std::string, std::optional<std::int64_t>>;

// The store that rows are written for.
struct RowsOwner {
  TenantId tenant{};
  StoreId store{};
  KnowledgeBaseId knowledge_base{};
  std::string currency{};
};

// A vector on its way into a row; empty: there is none yet.
struct ProductVector {
  std::string model{};
  std::vector<float> values{};
};

// What a reading of the store changes of one product.
struct ProductWrite {
  const PreparedProduct* product = nullptr;  // borrowed
  const ProductVector* vector = nullptr;     // null: what the row has is kept when its text is
  std::int64_t reading = 0;
  UnixMs now = 0;
};

// Writes the rows of one store's products; lives inside one read or transaction. Every statement
// names the tenant or, where rows have none, the store that was checked to be the tenant's.
class CatalogueRows {
 public:
  CatalogueRows(SqlSession& sql, RowsOwner owner) : sql_(sql), owner_(std::move(owner)) {}

  Result<KnownProducts> known(std::span<const std::string> ids);
  // By the product's id of the store.
  Result<std::unordered_map<std::string, KnownInventories>> inventories(
      std::span<const std::string> ids);
  // The products of variants that are counted by these items, by item.
  Result<std::unordered_map<std::string, std::string>> of_items(std::span<const std::string> items);
  // Those that the readings up to `reading` saw last and that are not deleted; the oldest first.
  Result<std::vector<std::string>> not_seen_since(std::int64_t reading, int count_max);

  // Images of the knowledge base that lost their place are added to `orphans`.
  Result<ProductId> add(const ProductWrite& write);
  Result<void> change(const KnownProduct& known, const ProductWrite& write,
                      std::vector<ImageId>& orphans);
  // It was read and is as it was.
  Result<void> touch(const KnownProduct& known, UnixMs shop_updated_at, std::int64_t reading,
                     UnixMs now);
  // Read and as they were, by the ids of the store; those that are deleted stay so.
  Result<void> touch_all(std::span<const std::string> ids, std::int64_t reading, UnixMs now);
  // It was read and made no sense; what is known of it stays.
  Result<void> mark_wrong(const KnownProduct& known, std::int64_t reading, UnixMs now);
  // It is gone from the store; its row stays and is found by no search.
  Result<void> mark_deleted(const KnownProduct& known, std::int64_t reading, UnixMs now,
                            std::vector<ImageId>& orphans);
  // Puts the product into the list of changes the index follows.
  Result<void> note_change(ProductId id, std::int64_t version);

  // A product whose vector is missing or of another model.
  struct Unembedded {
    ProductId id{};
    std::int64_t seen = 0;
    std::string shopify_id{};
  };
  // Behind (`seen`, `id`) in the order of the two.
  Result<std::vector<Unembedded>> unembedded(const std::string& model, const Unembedded& after,
                                             int count_max);
  // Gives a product its vector, unless its content changed meanwhile; says whether it did.
  Result<bool> set_vector(const KnownProduct& known, const std::string& text_hash,
                          const ProductVector& vector);

 private:
  Result<void> put_variants(ProductId id, const StoreProduct& product);
  Result<void> put_variant(ProductId id, const StoreVariant& variant,
                           const std::optional<VariantId>& known);
  Result<void> remove_other_variants(ProductId id, const StoreProduct& product);
  Result<void> put_images(ProductId id, const StoreProduct& product, std::vector<ImageId>& orphans);
  Result<void> insert_image(ProductId id, const StoreImage& image);

  SqlSession& sql_;
  RowsOwner owner_;
};

}  // namespace aiva::commerce
