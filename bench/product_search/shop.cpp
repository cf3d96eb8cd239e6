#include "shop.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace aiva::bench {
namespace {

constexpr std::size_t words_known = 20'000;
constexpr std::size_t vendors = 200;
constexpr std::size_t types = 60;
constexpr std::size_t tags = 400;
constexpr std::size_t description_words = 60;
constexpr std::size_t products_per_write = 500;
constexpr std::int64_t micro = 1'000'000;
constexpr std::size_t shelf_bytes_max = 512UL * 1024 * 1024;
constexpr auto colours =
    std::to_array<std::string_view>({"Red", "Blue", "Green", "Black", "White", "Grey", "Brown"});
constexpr auto sizes = std::to_array<std::string_view>({"S", "M", "L", "XL", "40", "41", "42"});

// A word that can be spoken: few letters' difference between many of them, as in a language.
std::string made_word(std::size_t number) {
  constexpr std::string_view consonants = "bdfgklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  std::string word;
  for (int i = 0; i < 3; ++i) {
    word += consonants[number % consonants.size()];
    number /= consonants.size();
    word += vowels[number % vowels.size()];
    number /= vowels.size();
  }
  return word + "n";
}

}  // namespace

Shop::Shop(std::size_t dimension)
    : rig_(dimension, IndexPlace::memory),
      index_(must(make_segment_index({.folder = rig_.folder.path(), .compute = &rig_.compute},
                                     rig_.metrics))),
      images_(images::make_images({.database = *rig_.database,
                                   .objects = rig_.objects,
                                   .jobs = *rig_.jobs,
                                   .pictures = pictures_,
                                   .model = image_model_,
                                   .texts = rig_.embedder,
                                   .knowledge = *rig_.knowledge,
                                   .documents = rig_.reader,
                                   .billing = *rig_.billing,
                                   .clock = rig_.clock,
                                   .metrics = rig_.metrics,
                                   .compute = rig_.compute})),
      search_(commerce::make_product_finder(
          commerce::FinderParts{
              .database = *rig_.database,
              .knowledge = *rig_.knowledge,
              .images = *images_,
              .embedder = rig_.embedder,
              .index = *index_,
              .billing = *rig_.billing,
              .metrics = rig_.metrics,
              .compute = rig_.compute,
              .detect_language = [](std::string_view) { return std::string("en"); }},
          shelf_bytes_max)) {
  base_ = must(sync_wait(rig_.knowledge->create(rig_.context(), {.name = "Shop"})))->id;
  must(sync_wait(write(*rig_.database, rig_.context(), [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(
        sql.execute("INSERT INTO stores (id, rig_.tenantid, kb_id, kind, address, created_at, "
                    "updated_at) VALUES (?, ?, ?, 'feed', '', 0, 0)",
                    {store_, rig_.tenant, base_}));
    return {};
  })));
}

// Some words are in many products, most in few.
std::string Shop::word() {
  std::uniform_real_distribution<double> even(0, 1);
  auto share = even(random_);
  return made_word(static_cast<std::size_t>(share * share * share * words_known));
}

std::string Shop::some_words(std::size_t count) {
  std::string words;
  for (std::size_t i = 0; i < count; ++i) words += (i > 0 ? " " : "") + word();
  return words;
}

std::string Shop::vendor(std::size_t number) { return "Vendor " + std::to_string(number); }

Result<void> Shop::insert(SqlSession& sql, std::size_t number) {
  auto id = commerce::ProductId::make();
  auto title = some_words(4);
  auto description = some_words(description_words);
  auto brand = vendor(random_() % vendors);
  auto type = "Type " + std::to_string(random_() % types);
  auto tag_list = "[\"tag " + std::to_string(random_() % tags) + "\",\"tag " +
                  std::to_string(random_() % tags) + "\"]";
  auto shop_id = std::to_string(number);
  std::vector<std::string> texts{title + " " + description};
  TRY(auto embedded, sync_wait(rig_.embedder.embed(rig_.context(), std::move(texts))));
  TRY_VOID(sql.execute(
      "INSERT INTO products (id, rig_.tenantid, store_id, kb_id, shopify_id, title, description, "
      "vendor, product_type, status, tags, rating, content_hash, text_hash, embedding, "
      "embedding_model, shop_created_at, synced_at, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, '', '', ?, ?, ?, 0, 0)",
      {id, rig_.tenant, store_, base_, shop_id, title, description, brand, type, tag_list,
       static_cast<double>(random_() % 50) / 10, std::as_bytes(std::span(embedded.values)),
       rig_.embedder.model(), static_cast<std::int64_t>(number)}));
  for (int i = 0; i < 3; ++i) {
    auto variant = commerce::VariantId::make();
    auto sku = "SKU-" + shop_id + "-" + std::to_string(i);
    auto options =
        R"([{"name":"Colour","value":")" + std::string(colours[random_() % colours.size()]) +
        R"("},{"name":"Size","value":")" + std::string(sizes[random_() % sizes.size()]) + "\"}]";
    TRY_VOID(sql.execute(
        "INSERT INTO product_variants (id, product_id, store_id, shopify_id, position, sku, price, "
        "inventory, options) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {variant, id, store_, sku, i, sku, static_cast<std::int64_t>(random_() % 300) * micro,
         static_cast<std::int64_t>(random_() % 5), options}));
  }
  TRY_VOID(
      sql.execute("INSERT INTO product_changes (store_id, product_id, version) "
                  "SELECT id, ?, version + 1 FROM stores WHERE id = ?",
                  {id, store_}));
  products_.push_back(id);
  return {};
}

void Shop::fill(std::size_t products) {
  for (std::size_t at = 0; at < products; at += products_per_write)
    must(sync_wait(write(*rig_.database, rig_.context(), [&](SqlSession& sql) -> Result<void> {
      for (auto i = at; i < std::min(at + products_per_write, products); ++i)
        TRY_VOID(insert(sql, i));
      TRY_VOID(sql.execute("UPDATE stores SET version = version + 1 WHERE id = ?", {store_}));
      return {};
    })));
}

void Shop::touch_one() {
  auto id = products_[random_() % products_.size()];
  must(sync_wait(write(*rig_.database, rig_.context(), [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("UPDATE product_variants SET inventory = 0 WHERE product_id = ?", {id}));
    TRY_VOID(sql.execute("UPDATE stores SET version = version + 1 WHERE id = ?", {store_}));
    TRY_VOID(
        sql.execute("UPDATE product_changes SET version = (SELECT version FROM stores WHERE "
                    "id = ?) WHERE store_id = ? AND product_id = ?",
                    {store_, store_, id}));
    return {};
  })));
}

commerce::ProductAnswer Shop::search(commerce::ProductQuery query) {
  query.knowledge_base = base_;
  query.is_billed = false;
  return must(sync_wait(search_->search(rig_.context(), std::move(query))));
}

}  // namespace aiva::bench
