#include "capabilities/commerce/internal/product_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "capabilities/commerce/internal/column_lists.h"
#include "capabilities/images/types.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");

// So much of a product's words counts in an index; shops keep far below it.
constexpr std::size_t description_bytes_max = 32 * 1024;
constexpr std::size_t heading_bytes_max = 8 * 1024;
constexpr std::size_t field_bytes_max = 500;

constexpr std::string_view select_variants =
    "SELECT id, shopify_id, position, title, sku, barcode, price, compare_at_price, inventory, "
    "is_sold_beyond_stock, options, image_shopify_id, inventory_item_id FROM product_variants "
    "WHERE product_id = ? ORDER BY position, id";

constexpr std::string_view select_product =
    "SELECT id, store_id, kb_id, currency, shopify_id, handle, title, description, vendor, "
    "product_type, url, tags, collections, metafields, rating, rating_count, embedding_status, "
    "shop_created_at, shop_updated_at, synced_at FROM products "
    "WHERE id = ? AND tenant_id = ? AND status = 'active' AND is_published = 1";

std::optional<std::int64_t> optional_integer(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

StoreVariant read_variant(const SqlRow& row) {
  return {.id = std::string(row.text(1)),
          .title = std::string(row.text(3)),
          .sku = std::string(row.text(4)),
          .barcode = std::string(row.text(5)),
          .price = row.integer(6),
          .compare_at_price = optional_integer(row, 7),
          .inventory = optional_integer(row, 8),
          .is_sold_beyond_stock = row.integer(9) != 0,
          .options = read_options(row.text(10)),
          .image_id = std::string(row.text(11)),
          .inventory_item_id = std::string(row.text(12)),
          .position = static_cast<int>(row.integer(2))};
}

Product read_product(const SqlRow& row) {
  Product product{.id = row.id<ProductId>(0),
                  .store = row.id<StoreId>(1),
                  .knowledge_base = row.id<KnowledgeBaseId>(2),
                  .currency = std::string(row.text(3)),
                  .embedding_status = std::string(row.text(16)),
                  .synced_at = row.integer(19)};
  auto& there = product.there;
  there.id = row.text(4);
  there.handle = row.text(5);
  there.title = row.text(6);
  there.description = row.text(7);
  there.vendor = row.text(8);
  there.product_type = row.text(9);
  there.url = row.text(10);
  there.tags = read_tags(row.text(11));
  there.collections = read_collections(row.text(12));
  there.metafields = read_metafields(row.text(13));
  if (!row.is_null(14)) there.rating = row.real(14);
  there.rating_count = row.integer(15);
  there.created_at = row.integer(17);
  there.updated_at = row.integer(18);
  return product;
}

// Words of a product's heading, each once.
class Heading {
 public:
  void add(std::string_view text) {
    if (text.empty() || heading_.size() + text.size() > heading_bytes_max) return;
    std::string entry(text);
    if (std::ranges::find(entries_, entry) != entries_.end()) return;
    if (!heading_.empty()) heading_ += ", ";
    heading_ += entry;
    entries_.push_back(std::move(entry));
  }
  std::string take() { return std::move(heading_); }

 private:
  std::string heading_;
  std::vector<std::string> entries_;
};

// "material: oak" of fields that people read.
void append_fields(std::string_view column, std::string& text) {
  for (const auto& field : read_metafields(column)) {
    bool is_read = field.type.find("text") != std::string::npos ||
                   field.type.starts_with("number") || field.type.empty();
    if (!is_read || field.value.empty() || field.value.size() > field_bytes_max) continue;
    if (field.value.front() == '{' || field.value.front() == '[') continue;
    text += "\n" + field.key + ": " + field.value;
  }
}

struct PassageRow {
  ProductPassage made{};
  Heading heading{};
};

PassageRow read_passage(const SqlRow& row, ProductId id, std::string_view model,
                        std::size_t dimension) {
  PassageRow read;
  auto& passage = read.made.passage;
  passage.chunk = ChunkId{id.uuid};
  passage.document = DocumentId{id.uuid};
  passage.title = row.text(0);
  passage.text = utf8_prefix(row.text(1), description_bytes_max);
  append_fields(row.text(5), passage.text);
  read.heading.add(row.text(2));
  read.heading.add(row.text(3));
  for (const auto& tag : read_tags(row.text(4))) read.heading.add(tag);
  if (row.is_null(6) || dimension == 0) return read;
  auto bytes = row.bytes(6);
  bool is_comparable = row.text(7) == model && bytes.size() == dimension * sizeof(float);
  read.made.is_of_another_model = !is_comparable;
  if (!is_comparable) return read;
  passage.vector.resize(dimension);
  std::memcpy(passage.vector.data(), bytes.data(), bytes.size());
  return read;
}

}  // namespace

Result<std::vector<StoreVersion>> ProductRows::versions(TenantId tenant,
                                                        std::span<const KnowledgeBaseId> bases) {
  std::vector<StoreVersion> found;
  for (auto base : bases)
    TRY_VOID(
        sql_.query("SELECT id, version, changes_from FROM stores WHERE kb_id = ? AND tenant_id = ?",
                   {base, tenant}, [&](const SqlRow& row) -> Result<void> {
                     found.push_back({base, row.id<StoreId>(0), row.integer(1), row.integer(2)});
                     return {};
                   }));
  return found;
}

Result<std::vector<ChangedProduct>> ProductRows::changed(StoreId store, ChangedProduct after,
                                                         std::int64_t count_max) {
  std::vector<ChangedProduct> changed;
  TRY_VOID(sql_.query(
      "SELECT version, product_id FROM product_changes WHERE store_id = ? "
      "AND version >= ? AND (version > ? OR product_id > ?) ORDER BY version, product_id LIMIT ?",
      {store, after.version, after.version, after.id, count_max},
      [&changed](const SqlRow& row) -> Result<void> {
        changed.push_back({row.integer(0), row.id<ProductId>(1)});
        return {};
      }));
  return changed;
}

Result<std::optional<ProductPassage>> ProductRows::passage(StoreId store, ProductId id,
                                                           std::string_view model,
                                                           std::size_t dimension) {
  std::optional<PassageRow> found;
  TRY_VOID(
      sql_.query("SELECT title, description, vendor, product_type, tags, metafields, embedding, "
                 "embedding_model FROM products "
                 "WHERE id = ? AND store_id = ? AND status = 'active' AND is_published = 1",
                 {id, store}, [&](const SqlRow& row) -> Result<void> {
                   found = read_passage(row, id, model, dimension);
                   return {};
                 }));
  if (!found) return std::nullopt;
  TRY_VOID(sql_.query(
      "SELECT sku, options FROM product_variants WHERE product_id = ? ORDER BY position, id", {id},
      [&found](const SqlRow& row) -> Result<void> {
        found->heading.add(row.text(0));
        for (const auto& option : read_options(row.text(1))) found->heading.add(option.value);
        return {};
      }));
  found->made.passage.heading = found->heading.take();
  return std::move(found->made);
}

Result<std::optional<ShelfProduct>> ProductRows::shelf_product(StoreId store, ProductId id) {
  std::optional<ShelfProduct> found;
  TRY_VOID(sql_.query(
      "SELECT title, handle, vendor, product_type, tags, collections, rating, shop_created_at "
      "FROM products WHERE id = ? AND store_id = ? AND status = 'active' AND is_published = 1",
      {id, store}, [&](const SqlRow& row) -> Result<void> {
        found = ShelfProduct{.id = id,
                             .title = std::string(row.text(0)),
                             .handle = std::string(row.text(1)),
                             .vendor = std::string(row.text(2)),
                             .product_type = std::string(row.text(3)),
                             .tags = read_tags(row.text(4)),
                             .collections = read_collections(row.text(5)),
                             .created_at = row.integer(7)};
        if (!row.is_null(6)) found->rating = row.real(6);
        return {};
      }));
  if (!found) return found;
  TRY_VOID(sql_.query(select_variants, {id}, [&found](const SqlRow& row) -> Result<void> {
    auto there = read_variant(row);
    found->variants.push_back({.id = row.id<VariantId>(0),
                               .price = there.price,
                               .compare_at_price = there.compare_at_price,
                               .is_available = there.is_available(),
                               .sku = std::move(there.sku),
                               .barcode = std::move(there.barcode),
                               .options = std::move(there.options)});
    return {};
  }));
  return found;
}

Result<void> ProductRows::read_variants(Product& product) {
  return sql_.query(select_variants, {product.id}, [&product](const SqlRow& row) -> Result<void> {
    product.variants.push_back({.id = row.id<VariantId>(0), .there = read_variant(row)});
    return {};
  });
}

Result<void> ProductRows::read_images(Product& product) {
  return sql_.query(
      "SELECT shopify_id, source_url, alt, position, status, image_id, error_message "
      "FROM product_images WHERE product_id = ? ORDER BY position, shopify_id",
      {product.id}, [&product](const SqlRow& row) -> Result<void> {
        ProductImage image{.store_id = std::string(row.text(0)),
                           .source_url = std::string(row.text(1)),
                           .alt = std::string(row.text(2)),
                           .position = static_cast<int>(row.integer(3)),
                           .status = std::string(row.text(4)),
                           .error = std::string(row.text(6))};
        if (!row.is_null(5)) image.image = row.id<ImageId>(5);
        product.images.push_back(std::move(image));
        return {};
      });
}

Result<std::vector<Product>> ProductRows::listed(TenantId tenant, std::span<const ProductId> ids) {
  std::vector<Product> products;
  products.reserve(ids.size());
  for (auto id : ids) {
    auto before = products.size();
    TRY_VOID(
        sql_.query(select_product, {id, tenant}, [&products](const SqlRow& row) -> Result<void> {
          products.push_back(read_product(row));
          return {};
        }));
    if (products.size() == before) continue;
    TRY_VOID(read_variants(products.back()));
    TRY_VOID(read_images(products.back()));
  }
  return products;
}

Result<std::vector<std::pair<ImageId, ProductId>>> ProductRows::of_images(
    TenantId tenant, std::span<const KnowledgeBaseId> bases, std::span<const ImageId> images) {
  std::vector<std::pair<ImageId, ProductId>> found;
  for (auto image : images)
    TRY_VOID(sql_.query(
        "SELECT p.id, p.kb_id FROM product_images i JOIN products p ON p.id = i.product_id "
        "WHERE i.image_id = ? AND p.tenant_id = ? ORDER BY p.id",
        {image, tenant}, [&](const SqlRow& row) -> Result<void> {
          if (std::ranges::find(bases, row.id<KnowledgeBaseId>(1)) != bases.end())
            found.emplace_back(image, row.id<ProductId>(0));
          return {};
        }));
  return found;
}

Result<std::unordered_map<ImageId, KeptImage>> ProductRows::kept_images(
    TenantId tenant, std::span<const ImageId> images) {
  std::unordered_map<ImageId, KeptImage> kept;
  for (auto id : images)
    TRY_VOID(sql_.query("SELECT kb_id, media_type FROM images WHERE id = ? AND tenant_id = ?",
                        {id, tenant}, [&](const SqlRow& row) -> Result<void> {
                          images::Image image{.id = id,
                                              .knowledge_base = row.id<KnowledgeBaseId>(0)};
                          image.media_type = row.text(1);
                          kept[id] = {image.url(), image.thumbnail_url()};
                          return {};
                        }));
  return kept;
}

Result<std::vector<KnowledgeBaseId>> ProductRows::with_products(
    TenantId tenant, std::span<const KnowledgeBaseId> bases) {
  std::vector<KnowledgeBaseId> found;
  for (auto base : bases)
    TRY_VOID(sql_.query(
        "SELECT 1 FROM stores s WHERE s.kb_id = ? AND s.tenant_id = ? AND EXISTS (SELECT 1 FROM "
        "products p WHERE p.store_id = s.id AND p.status = 'active' AND p.is_published = 1)",
        {base, tenant}, [&](const SqlRow&) -> Result<void> {
          found.push_back(base);
          return {};
        }));
  return found;
}

}  // namespace aiva::commerce
