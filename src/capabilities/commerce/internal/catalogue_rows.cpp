#include "capabilities/commerce/internal/catalogue_rows.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "capabilities/commerce/internal/id_list.h"
#include "capabilities/commerce/internal/product_json.h"

namespace aiva::commerce {
namespace {

// The parameters of "store_id = ? AND tenant_id = ? AND x IN (…)".
std::vector<SqlValue> of_store(const RowsOwner& owner, std::span<const std::string> ids) {
  std::vector<SqlValue> parameters{owner.store, owner.tenant};
  for (const auto& id : ids) parameters.emplace_back(id);
  return parameters;
}

std::optional<std::int64_t> optional_number(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

SqlValue bytes_of(const ProductVector* vector) {
  if (vector == nullptr || vector->values.empty()) return nullptr;
  return std::as_bytes(std::span(vector->values));
}

bool has_values(const ProductVector* vector) {
  return vector != nullptr && !vector->values.empty();
}

}  // namespace

Result<KnownProducts> CatalogueRows::known(std::span<const std::string> ids) {
  KnownProducts found;
  auto read_part = [&](std::span<const std::string> part) {
    auto sql =
        "SELECT shopify_id, id, content_hash, text_hash, embedding_model, seen, status, "
        "shop_updated_at FROM products WHERE store_id = ? AND tenant_id = ? AND shopify_id IN " +
        question_marks(part.size());
    return sql_.query_span(sql, of_store(owner_, part), [&found](const SqlRow& row) {
      found.emplace(std::string(row.text(0)),
                    KnownProduct{.id = row.id<ProductId>(1),
                                 .content_hash = std::string(row.text(2)),
                                 .text_hash = std::string(row.text(3)),
                                 .embedding_model = std::string(row.text(4)),
                                 .seen = row.integer(5),
                                 .is_deleted = row.text(6) == "deleted",
                                 .shop_updated_at = row.integer(7)});
      return Result<void>{};
    });
  };
  TRY_VOID(in_parts(ids, read_part));
  return found;
}

Result<std::unordered_map<std::string, KnownInventories>> CatalogueRows::inventories(
    std::span<const std::string> ids) {
  std::unordered_map<std::string, KnownInventories> found;
  auto read_part = [&](std::span<const std::string> part) {
    auto sql =
        "SELECT p.shopify_id, v.shopify_id, v.inventory FROM products p JOIN product_variants v "
        "ON v.product_id = p.id WHERE p.store_id = ? AND p.tenant_id = ? AND p.shopify_id IN " +
        question_marks(part.size());
    return sql_.query_span(sql, of_store(owner_, part), [&found](const SqlRow& row) {
      found[std::string(row.text(0))].emplace(std::string(row.text(1)), optional_number(row, 2));
      return Result<void>{};
    });
  };
  TRY_VOID(in_parts(ids, read_part));
  return found;
}

Result<std::unordered_map<std::string, std::string>> CatalogueRows::of_items(
    std::span<const std::string> items) {
  std::unordered_map<std::string, std::string> found;
  auto read_part = [&](std::span<const std::string> part) {
    auto sql =
        "SELECT v.inventory_item_id, p.shopify_id FROM product_variants v JOIN products p "
        "ON p.id = v.product_id WHERE v.store_id = ? AND p.tenant_id = ? "
        "AND v.inventory_item_id IN " +
        question_marks(part.size());
    return sql_.query_span(sql, of_store(owner_, part), [&found](const SqlRow& row) {
      found.emplace(std::string(row.text(0)), std::string(row.text(1)));
      return Result<void>{};
    });
  };
  TRY_VOID(in_parts(items, read_part));
  return found;
}

Result<std::vector<std::string>> CatalogueRows::not_seen_since(std::int64_t reading,
                                                               int count_max) {
  std::vector<std::string> ids;
  TRY_VOID(sql_.query(
      "SELECT shopify_id FROM products WHERE store_id = ? AND tenant_id = ? "
      "AND seen <= ? AND status <> 'deleted' ORDER BY seen, id LIMIT ?",
      {owner_.store, owner_.tenant, reading, count_max}, [&ids](const SqlRow& row) -> Result<void> {
        ids.emplace_back(row.text(0));
        return {};
      }));
  return ids;
}

Result<ProductId> CatalogueRows::add(const ProductWrite& write) {
  auto id = ProductId::make();
  const auto& prepared = *write.product;
  const auto& there = prepared.there;
  auto tags = texts_to_json(there.tags);
  auto collections = collections_to_json(there.collections);
  auto metafields = metafields_to_json(there.metafields);
  bool has_vector = has_values(write.vector);
  TRY_VOID(sql_.execute(
      "INSERT INTO products (id, tenant_id, store_id, kb_id, shopify_id, handle, title, "
      "description, vendor, product_type, status, is_published, url, tags, collections, "
      "metafields, price_min, price_max, currency, inventory, rating, rating_count, content_hash, "
      "text_hash, embedding, embedding_model, embedding_status, sync_status, seen, "
      "shop_created_at, shop_updated_at, synced_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'synced', ?, ?, ?, ?, ?)",
      {id,
       owner_.tenant,
       owner_.store,
       owner_.knowledge_base,
       there.id,
       there.handle,
       there.title,
       there.description,
       there.vendor,
       there.product_type,
       to_string(there.state),
       there.is_published,
       there.url,
       tags,
       collections,
       metafields,
       prepared.price_min,
       prepared.price_max,
       owner_.currency,
       prepared.inventory,
       there.rating,
       there.rating_count,
       prepared.content_hash,
       prepared.text_hash,
       bytes_of(write.vector),
       has_vector ? std::string_view(write.vector->model) : std::string_view(),
       has_vector ? "completed" : "pending",
       write.reading,
       there.created_at,
       there.updated_at,
       write.now,
       write.now}));
  TRY_VOID(put_variants(id, there));
  for (const auto& image : there.images) TRY_VOID(insert_image(id, image));
  return id;
}

Result<void> CatalogueRows::change(const KnownProduct& known, const ProductWrite& write,
                                   std::vector<ImageId>& orphans) {
  const auto& prepared = *write.product;
  const auto& there = prepared.there;
  auto tags = texts_to_json(there.tags);
  auto collections = collections_to_json(there.collections);
  auto metafields = metafields_to_json(there.metafields);
  TRY_VOID(sql_.execute(
      "UPDATE products SET handle = ?, title = ?, description = ?, vendor = ?, product_type = ?, "
      "status = ?, is_published = ?, url = ?, tags = ?, collections = ?, metafields = ?, "
      "price_min = ?, price_max = ?, currency = ?, inventory = ?, rating = ?, rating_count = ?, "
      "content_hash = ?, text_hash = ?, sync_status = 'synced', seen = ?, shop_created_at = ?, "
      "shop_updated_at = ?, synced_at = ? WHERE id = ? AND tenant_id = ?",
      {there.handle,       there.title,        there.description,
       there.vendor,       there.product_type, to_string(there.state),
       there.is_published, there.url,          tags,
       collections,        metafields,         prepared.price_min,
       prepared.price_max, owner_.currency,    prepared.inventory,
       there.rating,       there.rating_count, prepared.content_hash,
       prepared.text_hash, write.reading,      there.created_at,
       there.updated_at,   write.now,          known.id,
       owner_.tenant}));
  bool has_vector = has_values(write.vector);
  if (has_vector || known.text_hash != prepared.text_hash)
    TRY_VOID(
        sql_.execute("UPDATE products SET embedding = ?, embedding_model = ?, "
                     "embedding_status = ? WHERE id = ? AND tenant_id = ?",
                     {bytes_of(write.vector),
                      has_vector ? std::string_view(write.vector->model) : std::string_view(),
                      has_vector ? "completed" : "pending", known.id, owner_.tenant}));
  TRY_VOID(remove_other_variants(known.id, there));
  TRY_VOID(put_variants(known.id, there));
  return put_images(known.id, there, orphans);
}

Result<void> CatalogueRows::touch(const KnownProduct& known, UnixMs shop_updated_at,
                                  std::int64_t reading, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE products SET seen = ?, shop_updated_at = ?, synced_at = ?, "
                   "sync_status = 'synced' WHERE id = ? AND tenant_id = ?",
                   {reading, shop_updated_at, now, known.id, owner_.tenant}));
  return {};
}

Result<void> CatalogueRows::touch_all(std::span<const std::string> ids, std::int64_t reading,
                                      UnixMs now) {
  auto touch_part = [&](std::span<const std::string> part) -> Result<void> {
    auto sql =
        "UPDATE products SET seen = ?, synced_at = ? WHERE store_id = ? AND tenant_id = ? "
        "AND status <> 'deleted' AND shopify_id IN " +
        question_marks(part.size());
    std::vector<SqlValue> parameters{reading, now, owner_.store, owner_.tenant};
    for (const auto& id : part) parameters.emplace_back(id);
    TRY_VOID(sql_.execute_span(sql, parameters));
    return {};
  };
  return in_parts(ids, touch_part);
}

Result<void> CatalogueRows::mark_wrong(const KnownProduct& known, std::int64_t reading,
                                       UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE products SET seen = ?, sync_status = 'error', synced_at = ? "
                   "WHERE id = ? AND tenant_id = ?",
                   {reading, now, known.id, owner_.tenant}));
  return {};
}

Result<void> CatalogueRows::mark_deleted(const KnownProduct& known, std::int64_t reading,
                                         UnixMs now, std::vector<ImageId>& orphans) {
  TRY_VOID(
      sql_.execute("UPDATE products SET status = 'deleted', seen = ?, synced_at = ? "
                   "WHERE id = ? AND tenant_id = ?",
                   {reading, now, known.id, owner_.tenant}));
  return put_images(known.id, {}, orphans);
}

Result<void> CatalogueRows::note_change(ProductId id, std::int64_t version) {
  TRY_VOID(
      sql_.execute("REPLACE INTO product_changes (store_id, product_id, version) VALUES (?, ?, ?)",
                   {owner_.store, id, version}));
  return {};
}

Result<std::vector<CatalogueRows::Unembedded>> CatalogueRows::unembedded(const std::string& model,
                                                                         const Unembedded& after,
                                                                         int count_max) {
  std::vector<Unembedded> found;
  TRY_VOID(sql_.query(
      "SELECT id, seen, shopify_id FROM products WHERE store_id = ? AND tenant_id = ? "
      "AND (seen, id) > (?, ?) AND status <> 'deleted' "
      "AND (embedding_status <> 'completed' OR embedding_model <> ?) ORDER BY seen, id LIMIT ?",
      {owner_.store, owner_.tenant, after.seen, after.id, model, count_max},
      [&found](const SqlRow& row) -> Result<void> {
        found.push_back({.id = row.id<ProductId>(0),
                         .seen = row.integer(1),
                         .shopify_id = std::string(row.text(2))});
        return {};
      }));
  return found;
}

Result<bool> CatalogueRows::set_vector(const KnownProduct& known, const std::string& text_hash,
                                       const ProductVector& vector) {
  TRY(auto changed,
      sql_.execute("UPDATE products SET embedding = ?, embedding_model = ?, text_hash = ?, "
                   "embedding_status = 'completed' WHERE id = ? AND tenant_id = ? "
                   "AND content_hash = ?",
                   {bytes_of(&vector), vector.model, text_hash, known.id, owner_.tenant,
                    known.content_hash}));
  return changed == 1;
}

// A variant keeps its row and its id, also when it went from one product to another.
Result<void> CatalogueRows::put_variants(ProductId id, const StoreProduct& product) {
  std::vector<std::string> ids;
  for (const auto& variant : product.variants) ids.push_back(variant.id);
  std::unordered_map<std::string, VariantId> known;
  auto read_part = [&](std::span<const std::string> part) {
    auto sql =
        "SELECT v.shopify_id, v.id FROM product_variants v JOIN products p ON p.id = v.product_id "
        "WHERE v.store_id = ? AND p.tenant_id = ? AND v.shopify_id IN " +
        question_marks(part.size());
    return sql_.query_span(sql, of_store(owner_, part), [&known](const SqlRow& row) {
      known.emplace(std::string(row.text(0)), row.id<VariantId>(1));
      return Result<void>{};
    });
  };
  TRY_VOID(in_parts(std::span<const std::string>(ids), read_part));
  for (const auto& variant : product.variants) {
    auto found = known.find(variant.id);
    TRY_VOID(put_variant(id, variant,
                         found == known.end() ? std::nullopt : std::optional(found->second)));
  }
  return {};
}

Result<void> CatalogueRows::put_variant(ProductId id, const StoreVariant& variant,
                                        const std::optional<VariantId>& known) {
  auto options = options_to_json(variant.options);
  if (known) {
    TRY_VOID(sql_.execute(
        "UPDATE product_variants SET product_id = ?, position = ?, title = ?, sku = ?, "
        "barcode = ?, price = ?, compare_at_price = ?, inventory = ?, is_sold_beyond_stock = ?, "
        "options = ?, image_shopify_id = ?, inventory_item_id = ? WHERE id = ? AND store_id = ?",
        {id, variant.position, variant.title, variant.sku, variant.barcode, variant.price,
         variant.compare_at_price, variant.inventory, variant.is_sold_beyond_stock, options,
         variant.image_id, variant.inventory_item_id, *known, owner_.store}));
    return {};
  }
  TRY_VOID(sql_.execute(
      "INSERT INTO product_variants (id, product_id, store_id, shopify_id, position, title, sku, "
      "barcode, price, compare_at_price, inventory, is_sold_beyond_stock, options, "
      "image_shopify_id, inventory_item_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {VariantId::make(), id, owner_.store, variant.id, variant.position, variant.title,
       variant.sku, variant.barcode, variant.price, variant.compare_at_price, variant.inventory,
       variant.is_sold_beyond_stock, options, variant.image_id, variant.inventory_item_id}));
  return {};
}

Result<void> CatalogueRows::remove_other_variants(ProductId id, const StoreProduct& product) {
  std::unordered_set<std::string_view> kept;
  for (const auto& variant : product.variants) kept.insert(variant.id);
  std::vector<VariantId> gone;
  TRY_VOID(
      sql_.query("SELECT id, shopify_id FROM product_variants WHERE product_id = ? "
                 "AND store_id = ?",
                 {id, owner_.store}, [&](const SqlRow& row) -> Result<void> {
                   if (!kept.contains(row.text(1))) gone.push_back(row.id<VariantId>(0));
                   return {};
                 }));
  for (const auto& variant : gone)
    TRY_VOID(sql_.execute("DELETE FROM product_variants WHERE id = ? AND store_id = ?",
                          {variant, owner_.store}));
  return {};
}

Result<void> CatalogueRows::put_images(ProductId id, const StoreProduct& product,
                                       std::vector<ImageId>& orphans) {
  struct Known {
    std::string url;
    std::optional<ImageId> image;
  };
  std::unordered_map<std::string, Known> known;
  TRY_VOID(
      sql_.query("SELECT shopify_id, source_url, image_id FROM product_images "
                 "WHERE product_id = ? AND store_id = ?",
                 {id, owner_.store}, [&known](const SqlRow& row) -> Result<void> {
                   Known image{.url = std::string(row.text(1)), .image = std::nullopt};
                   if (!row.is_null(2)) image.image = row.id<ImageId>(2);
                   known.emplace(std::string(row.text(0)), std::move(image));
                   return {};
                 }));
  for (const auto& image : product.images) {
    auto found = known.extract(image.id);
    if (found.empty()) {
      TRY_VOID(insert_image(id, image));
      continue;
    }
    TRY_VOID(
        sql_.execute("UPDATE product_images SET alt = ?, position = ? WHERE product_id = ? "
                     "AND shopify_id = ? AND store_id = ?",
                     {image.alt, image.position, id, image.id, owner_.store}));
    if (found.mapped().url == image.url) continue;
    if (found.mapped().image) orphans.push_back(*found.mapped().image);
    TRY_VOID(
        sql_.execute("UPDATE product_images SET source_url = ?, status = 'pending', attempts = 0, "
                     "image_id = NULL, error_message = '' WHERE product_id = ? "
                     "AND shopify_id = ? AND store_id = ?",
                     {image.url, id, image.id, owner_.store}));
  }
  for (const auto& [image_id, image] : known) {
    if (image.image) orphans.push_back(*image.image);
    TRY_VOID(
        sql_.execute("DELETE FROM product_images WHERE product_id = ? AND shopify_id = ? "
                     "AND store_id = ?",
                     {id, image_id, owner_.store}));
  }
  return {};
}

Result<void> CatalogueRows::insert_image(ProductId id, const StoreImage& image) {
  TRY_VOID(
      sql_.execute("INSERT INTO product_images (product_id, shopify_id, store_id, source_url, alt, "
                   "position) VALUES (?, ?, ?, ?, ?, ?)",
                   {id, image.id, owner_.store, image.url, image.alt, image.position}));
  return {};
}

}  // namespace aiva::commerce
