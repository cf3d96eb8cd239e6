#include "capabilities/commerce/internal/products_table.h"

#include <unordered_map>
#include <utility>

#include "capabilities/commerce/internal/id_list.h"
#include "capabilities/commerce/internal/product_json.h"

namespace aiva::commerce {
namespace {

constexpr std::string_view columns =
    "SELECT p.id, p.store_id, p.kb_id, p.shopify_id, p.handle, p.title, p.description, p.vendor, "
    "p.product_type, p.status, p.is_published, p.url, p.tags, p.collections, p.metafields, "
    "p.currency, p.rating, p.rating_count, p.embedding_status, p.shop_created_at, "
    "p.shop_updated_at, p.synced_at FROM products p ";

Product read_product(const SqlRow& row) {
  Product product{.id = row.id<ProductId>(0),
                  .store = row.id<StoreId>(1),
                  .knowledge_base = row.id<KnowledgeBaseId>(2),
                  .currency = std::string(row.text(15))};
  auto& there = product.there;
  there.id = row.text(3);
  there.handle = row.text(4);
  there.title = row.text(5);
  there.description = row.text(6);
  there.vendor = row.text(7);
  there.product_type = row.text(8);
  product.is_deleted = row.text(9) == "deleted";
  there.state = parse_product_state(row.text(9)).value_or(ProductState::archived);
  there.is_published = row.integer(10) != 0;
  there.url = row.text(11);
  there.tags = texts_from_json(row.text(12));
  there.collections = collections_from_json(row.text(13));
  there.metafields = metafields_from_json(row.text(14));
  if (!row.is_null(16)) there.rating = row.real(16);
  there.rating_count = row.integer(17);
  product.embedding_status = row.text(18);
  there.created_at = row.integer(19);
  there.updated_at = row.integer(20);
  product.synced_at = row.integer(21);
  return product;
}

Variant read_variant(const SqlRow& row) {
  Variant variant{.id = row.id<VariantId>(1)};
  auto& there = variant.there;
  there.id = row.text(2);
  there.position = static_cast<int>(row.integer(3));
  there.title = row.text(4);
  there.sku = row.text(5);
  there.barcode = row.text(6);
  there.price = row.integer(7);
  if (!row.is_null(8)) there.compare_at_price = row.integer(8);
  if (!row.is_null(9)) there.inventory = row.integer(9);
  there.is_sold_beyond_stock = row.integer(10) != 0;
  there.options = options_from_json(row.text(11));
  there.image_id = row.text(12);
  there.inventory_item_id = row.text(13);
  return variant;
}

ProductImage read_image(const SqlRow& row) {
  ProductImage image{.store_id = std::string(row.text(1)),
                     .source_url = std::string(row.text(2)),
                     .alt = std::string(row.text(3)),
                     .position = static_cast<int>(row.integer(4)),
                     .status = std::string(row.text(5)),
                     .error = std::string(row.text(7))};
  if (!row.is_null(6)) image.image = row.id<ImageId>(6);
  return image;
}

// Conditions and their parameters, which borrow.
struct Where {
  std::string sql = "WHERE p.tenant_id = ?";
  std::vector<SqlValue> parameters{};

  void add(std::string_view condition, std::initializer_list<SqlValue> values) {
    sql.append(" AND ").append(condition);
    parameters.insert(parameters.end(), values);
  }
};

// A LIKE pattern (escape character '!') that finds `text` anywhere.
std::string contains_pattern(std::string_view text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

std::unordered_map<ProductId, std::size_t> places_of(const std::vector<Product>& products) {
  std::unordered_map<ProductId, std::size_t> places;
  for (std::size_t i = 0; i < products.size(); ++i) places.emplace(products[i].id, i);
  return places;
}

std::vector<SqlValue> with_ids(TenantId tenant, std::span<const Product> products) {
  std::vector<SqlValue> parameters{tenant};
  for (const auto& product : products) parameters.emplace_back(product.id);
  return parameters;
}

}  // namespace

Result<std::vector<Product>> ProductsTable::get(TenantId tenant, std::span<const ProductId> ids) {
  std::unordered_map<ProductId, Product> found;
  auto read_part = [&](std::span<const ProductId> part) {
    auto sql =
        std::string(columns) + "WHERE p.tenant_id = ? AND p.id IN " + question_marks(part.size());
    std::vector<SqlValue> parameters{tenant};
    for (const auto& id : part) parameters.emplace_back(id);
    return sql_.query_span(sql, parameters, [&found](const SqlRow& row) {
      auto product = read_product(row);
      found.emplace(product.id, std::move(product));
      return Result<void>{};
    });
  };
  TRY_VOID(in_parts(ids, read_part));
  std::vector<Product> products;
  for (const auto& id : ids)
    if (auto node = found.extract(id); !node.empty()) products.push_back(std::move(node.mapped()));
  TRY_VOID(add_variants(tenant, products));
  TRY_VOID(add_images(tenant, products));
  return products;
}

Result<knowledge::PageOf<Product>> ProductsTable::list(TenantId tenant,
                                                       const Catalogue::Filter& filter) {
  Where where{.parameters = {tenant}};
  auto pattern = contains_pattern(filter.text);
  std::string state(filter.state ? to_string(*filter.state) : std::string_view());
  if (filter.store) where.add("p.store_id = ?", {*filter.store});
  if (filter.knowledge_base) where.add("p.kb_id = ?", {*filter.knowledge_base});
  if (filter.state) where.add("p.status = ?", {state});
  if (!filter.with_deleted) where.add("p.status <> 'deleted'", {});
  if (!filter.text.empty())
    where.add(
        "(LOWER(p.title) LIKE LOWER(?) ESCAPE '!' OR LOWER(p.handle) LIKE LOWER(?) ESCAPE '!' "
        "OR EXISTS (SELECT 1 FROM product_variants v WHERE v.product_id = p.id "
        "AND LOWER(v.sku) LIKE LOWER(?) ESCAPE '!'))",
        {pattern, pattern, pattern});
  knowledge::PageOf<Product> page;
  TRY(page.total, number("SELECT COUNT(*) FROM products p " + where.sql, where.parameters));
  if (filter.page.after)
    where.add("(p.synced_at, p.id) < (?, ?)", {filter.page.after->key, filter.page.after->id});
  auto offset = filter.page.after
                    ? std::int64_t{0}
                    : static_cast<std::int64_t>(filter.page.page - 1) * filter.page.limit;
  where.parameters.emplace_back(filter.page.limit);
  where.parameters.emplace_back(offset);
  TRY_VOID(sql_.query_span(
      std::string(columns) + where.sql + " ORDER BY p.synced_at DESC, p.id DESC LIMIT ? OFFSET ?",
      where.parameters, [&page](const SqlRow& row) -> Result<void> {
        page.items.push_back(read_product(row));
        return {};
      }));
  TRY_VOID(add_variants(tenant, page.items));
  TRY_VOID(add_images(tenant, page.items));
  return page;
}

Result<CatalogueStatistics> ProductsTable::statistics(TenantId tenant, std::optional<StoreId> store,
                                                      const std::string& model) {
  CatalogueStatistics figures;
  Where where{.parameters = {tenant}};
  if (store) where.add("p.store_id = ?", {*store});
  std::vector<SqlValue> with_model{model};
  with_model.insert(with_model.end(), where.parameters.begin(), where.parameters.end());
  TRY_VOID(
      sql_.query_span("SELECT p.status, COUNT(*), SUM(CASE WHEN p.embedding_status = 'completed' "
                      "AND p.embedding_model = ? THEN 1 ELSE 0 END) FROM products p " +
                          where.sql + " GROUP BY p.status",
                      with_model, [&figures](const SqlRow& row) -> Result<void> {
                        auto count = row.integer(1);
                        if (row.text(0) == "deleted") {
                          figures.deleted = count;
                          return {};
                        }
                        figures.products += count;
                        figures.embedded += row.integer(2);
                        if (row.text(0) == "active") figures.active = count;
                        if (row.text(0) == "draft") figures.draft = count;
                        if (row.text(0) == "archived") figures.archived = count;
                        return {};
                      }));
  TRY_VOID(sql_.query_span(
      "SELECT COUNT(*), COUNT(DISTINCT CASE WHEN v.inventory IS NULL OR v.inventory > 0 OR "
      "v.is_sold_beyond_stock = 1 THEN p.id END) FROM products p JOIN product_variants v "
      "ON v.product_id = p.id " +
          where.sql + " AND p.status <> 'deleted'",
      where.parameters, [&figures](const SqlRow& row) -> Result<void> {
        figures.variants = row.integer(0);
        figures.in_stock = row.integer(1);
        return {};
      }));
  TRY_VOID(
      sql_.query_span("SELECT i.status, COUNT(*) FROM products p JOIN product_images i "
                      "ON i.product_id = p.id " +
                          where.sql + " GROUP BY i.status",
                      where.parameters, [&figures](const SqlRow& row) -> Result<void> {
                        auto count = row.integer(1);
                        figures.images += count;
                        if (row.text(0) == "completed") figures.images_completed = count;
                        if (row.text(0) == "failed") figures.images_failed = count;
                        return {};
                      }));
  std::string stores = "SELECT COALESCE(MAX(last_sync_at), 0) FROM stores WHERE tenant_id = ?";
  if (store) stores += " AND id = ?";
  TRY(figures.last_sync_at, number(stores, where.parameters));
  return figures;
}

Result<void> ProductsTable::add_variants(TenantId tenant, std::vector<Product>& products) {
  auto places = places_of(products);
  auto read_part = [&](std::span<const Product> part) {
    auto sql =
        "SELECT v.product_id, v.id, v.shopify_id, v.position, v.title, v.sku, v.barcode, v.price, "
        "v.compare_at_price, v.inventory, v.is_sold_beyond_stock, v.options, v.image_shopify_id, "
        "v.inventory_item_id FROM product_variants v JOIN products p ON p.id = v.product_id "
        "WHERE p.tenant_id = ? AND p.id IN " +
        question_marks(part.size()) + " ORDER BY v.product_id, v.position";
    return sql_.query_span(sql, with_ids(tenant, part), [&](const SqlRow& row) {
      auto& product = products[places.at(row.id<ProductId>(0))];
      product.variants.push_back(read_variant(row));
      product.there.variants.push_back(product.variants.back().there);
      return Result<void>{};
    });
  };
  return in_parts(std::span<const Product>(products), read_part);
}

Result<void> ProductsTable::add_images(TenantId tenant, std::vector<Product>& products) {
  auto places = places_of(products);
  auto read_part = [&](std::span<const Product> part) {
    auto sql =
        "SELECT i.product_id, i.shopify_id, i.source_url, i.alt, i.position, i.status, "
        "i.image_id, i.error_message FROM product_images i JOIN products p ON p.id = i.product_id "
        "WHERE p.tenant_id = ? AND p.id IN " +
        question_marks(part.size()) + " ORDER BY i.product_id, i.position";
    return sql_.query_span(sql, with_ids(tenant, part), [&](const SqlRow& row) {
      auto& product = products[places.at(row.id<ProductId>(0))];
      auto image = read_image(row);
      product.there.images.push_back({.id = image.store_id,
                                      .url = image.source_url,
                                      .alt = image.alt,
                                      .position = image.position});
      product.images.push_back(std::move(image));
      return Result<void>{};
    });
  };
  return in_parts(std::span<const Product>(products), read_part);
}

Result<std::int64_t> ProductsTable::number(std::string_view sql,
                                           std::span<const SqlValue> parameters) {
  std::int64_t found = 0;
  TRY_VOID(sql_.query_span(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
    found = row.integer(0);
    return {};
  }));
  return found;
}

}  // namespace aiva::commerce
