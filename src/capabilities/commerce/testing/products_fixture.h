#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/commerce/product_finder.h"
#include "capabilities/images/testing/images_fixture.h"
#include "foundation/json_writer.h"

namespace aiva::commerce {

// A variant as a test says it; money in whole units.
struct MadeVariant {
  std::string sku{};
  std::int64_t price = 10;
  std::optional<std::int64_t> before{};
  std::optional<std::int64_t> inventory{};  // nothing: not counted
  std::vector<ChosenOption> options{};
  std::string image{};  // the store's id of one of the product's images
};

struct MadeProduct {
  std::string title{};
  std::string description{};
  std::string vendor{};
  std::string type{};
  std::vector<std::string> tags{};
  std::vector<StoreCollection> collections{};
  std::optional<double> rating{};
  std::vector<MadeVariant> variants{MadeVariant{}};
  std::string status = "active";
  bool is_published = true;
  std::int64_t created_at = 0;
  bool has_vector = true;
};

// Products as rows, and the search over them. Every change is one transaction that raises the
// store's version, as a sync's does.
class ProductsTest : public images::ImagesTest {
 protected:
  void SetUp() override {
    ImagesTest::SetUp();
    store_ = add_store(base_);
    restart_search();
  }

  // What a new process would be, with an empty index.
  void restart_search() {
    search_.reset();
    products_index_ = std::make_unique<PlainPassageIndex>();
    start_search();
  }
  void start_search() {
    search_ = make_product_finder(FinderParts{.database = database_,
                                              .knowledge = *knowledge_,
                                              .images = *images_,
                                              .embedder = embedder_,
                                              .index = *products_index_,
                                              .billing = *billing_,
                                              .metrics = metrics_,
                                              .compute = pool_},
                                  shelf_bytes_max_);
  }

  StoreId add_store(KnowledgeBaseId base) {
    auto id = StoreId::make();
    write_rows([&](SqlSession& sql) -> Result<void> {
      TRY_VOID(
          sql.execute("INSERT INTO stores (id, tenant_id, kb_id, kind, address, identity, "
                      "created_at, updated_at) VALUES (?, ?, ?, 'shopify', "
                      "'shop.myshopify.com', '{}', 0, 0)",
                      {id, tenant_, base}));
      return {};
    });
    bases_[id] = base;
    return id;
  }

  using ImagesTest::add;  // an image
  ProductId add(MadeProduct product) { return add(store_, std::move(product)); }
  ProductId add(StoreId store, MadeProduct product) {
    auto id = ProductId::make();
    put(store, id, product);
    return id;
  }
  // Writes a product in the place of what was there.
  void put(StoreId store, ProductId id, const MadeProduct& product) {
    auto vector = vector_of(product);
    write_rows([&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute("DELETE FROM product_variants WHERE product_id = ?", {id}));
      TRY_VOID(sql.execute("DELETE FROM products WHERE id = ?", {id}));
      TRY_VOID(insert(sql, store, id, product, vector));
      return note_change(sql, store, id);
    });
  }
  void remove(ProductId id) {
    write_rows([&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute("UPDATE products SET status = 'deleted' WHERE id = ?", {id}));
      return note_change(sql, store_, id);
    });
  }
  // Names an image of the knowledge base as one of a product's.
  void show_image(ProductId id, std::string store_id, ImageId image, int position = 1,
                  std::string status = "completed") {
    write_rows([&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute(
          "INSERT INTO product_images (product_id, shopify_id, store_id, source_url, position, "
          "status, image_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
          {id, store_id, store_, "https://shop.example/" + store_id + ".jpg", position, status,
           image.is_nil() ? SqlValue(nullptr) : SqlValue(image)}));
      return note_change(sql, store_, id);
    });
  }

  template <class Body>
  void write_rows(Body body) {
    auto written = sync_wait(write(*rows_, {}, std::move(body)));
    if (!written) ADD_FAILURE() << written.error().message << " " << written.error().cause;
  }

  ProductAnswer find(ProductQuery query) {
    if (query.knowledge_base.is_nil()) query.knowledge_base = base_;
    auto answer = sync_wait(search_->search(context(), std::move(query)));
    if (!answer) ADD_FAILURE() << answer.error().message << " " << answer.error().cause;
    return answer.value_or(ProductAnswer{});
  }
  ProductAnswer find(std::string text) { return find({.text = std::move(text)}); }
  static std::vector<std::string> titles_of(const ProductAnswer& answer) {
    std::vector<std::string> titles;
    for (const auto& hit : answer.hits) titles.push_back(hit.product.there.title);
    return titles;
  }

  StoreId store_{};
  std::size_t shelf_bytes_max_ = 64UL * 1024 * 1024;
  std::unique_ptr<PlainPassageIndex> products_index_;
  std::unique_ptr<ProductSearch> search_;

 private:
  static constexpr std::int64_t micro = 1'000'000;

  static std::string json_of(const std::vector<std::string>& texts) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_array();
    for (const auto& entry : texts) writer.value(entry);
    writer.end_array();
    return text;
  }
  static std::string json_of(const std::vector<StoreCollection>& collections) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_array();
    for (const auto& entry : collections)
      writer.begin_object().field("id", entry.id).field("title", entry.title).end_object();
    writer.end_array();
    return text;
  }
  static std::string json_of(const std::vector<ChosenOption>& options) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_array();
    for (const auto& entry : options)
      writer.begin_object().field("name", entry.name).field("value", entry.value).end_object();
    writer.end_array();
    return text;
  }
  static std::string title_of(const std::vector<ChosenOption>& options) {
    std::string title;
    for (const auto& option : options) title += (title.empty() ? "" : " / ") + option.value;
    return title;
  }
  static std::string handle_of(std::string title) {
    for (char& c : title) {
      if (c == ' ') c = '-';
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return title;
  }

  std::vector<float> vector_of(const MadeProduct& product) {
    if (!product.has_vector) return {};
    auto embedded = sync_wait(embedder_.embed(
        context(), {product.title + " " + product.type + " " + product.description}));
    return embedded ? std::move(embedded->values) : std::vector<float>{};
  }

  Result<void> insert(SqlSession& sql, StoreId store, ProductId id, const MadeProduct& product,
                      const std::vector<float>& vector) {
    auto tags = json_of(product.tags);
    auto collections = json_of(product.collections);
    auto handle = handle_of(product.title);
    TRY_VOID(sql.execute(
        "INSERT INTO products (id, tenant_id, store_id, kb_id, shopify_id, handle, title, "
        "description, vendor, product_type, status, is_published, url, tags, collections, "
        "currency, rating, content_hash, text_hash, embedding, embedding_model, embedding_status, "
        "shop_created_at, synced_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, 'EUR', ?, '', '', ?, ?, 'completed', ?, 0, 0)",
        {id, tenant_, store, bases_[store], "gid-" + id.to_string(), handle, product.title,
         product.description, product.vendor, product.type, product.status, product.is_published,
         "https://shop.example/products/" + handle, tags, collections, product.rating,
         vector.empty() ? SqlValue(nullptr) : SqlValue(std::as_bytes(std::span(vector))),
         vector.empty() ? "" : embedder_.model(), product.created_at}));
    int position = 0;
    for (const auto& variant : product.variants) {
      auto options = json_of(variant.options);
      auto variant_id = VariantId::make();
      std::optional<std::int64_t> before;
      if (variant.before) before = *variant.before * micro;
      TRY_VOID(sql.execute(
          "INSERT INTO product_variants (id, product_id, store_id, shopify_id, position, title, "
          "sku, price, compare_at_price, inventory, options, image_shopify_id) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          {variant_id, id, store, "v-" + variant_id.to_string(), ++position,
           title_of(variant.options), variant.sku, variant.price * micro, before, variant.inventory,
           options, variant.image}));
    }
    return {};
  }

  static Result<void> note_change(SqlSession& sql, StoreId store, ProductId id) {
    TRY_VOID(sql.execute("UPDATE stores SET version = version + 1 WHERE id = ?", {store}));
    TRY_VOID(sql.execute("DELETE FROM product_changes WHERE store_id = ? AND product_id = ?",
                         {store, id}));
    TRY_VOID(
        sql.execute("INSERT INTO product_changes (store_id, product_id, version) "
                    "SELECT id, ?, version FROM stores WHERE id = ?",
                    {id, store}));
    return {};
  }

  std::map<StoreId, KnowledgeBaseId> bases_;
};

}  // namespace aiva::commerce
