#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/shopify/testing/shopify_emulator_fixture.h"
#include "foundation/hop.h"
#include "foundation/text/html_text.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

// Everything that is known of a product, to compare two ways of reading it.
std::string write_product(const StoreProduct& product) {
  std::string text =
      product.id + "|" + product.handle + "|" + product.title + "|" + product.description + "|" +
      product.vendor + "|" + product.product_type + "|" + std::string(to_string(product.state)) +
      (product.is_published ? "|on|" : "|off|") + product.url + "|" +
      std::to_string(product.created_at) + "|" + std::to_string(product.updated_at) + "|" +
      std::to_string(product.rating.value_or(-1)) + "|" + std::to_string(product.rating_count);
  for (const auto& tag : product.tags) text += "\ntag " + tag;
  for (const auto& one : product.collections) text += "\ncollection " + one.id + " " + one.title;
  for (const auto& field : product.metafields)
    text += "\nfield " + field.space + "." + field.key + " " + field.type + " " + field.value;
  for (const auto& image : product.images)
    text += "\nimage " + image.id + " " + image.url + " " + image.alt + " " +
            std::to_string(image.position);
  for (const auto& variant : product.variants) {
    text += "\nvariant " + variant.id + "|" + variant.title + "|" + variant.sku + "|" +
            variant.barcode + "|" + money_text(variant.price) + "|" +
            money_text(variant.compare_at_price.value_or(-1)) + "|" +
            std::to_string(variant.inventory.value_or(-1000)) + "|" +
            std::to_string(variant.position) + (variant.is_sold_beyond_stock ? "|more|" : "|") +
            variant.image_id + "|" + variant.inventory_item_id;
    for (const auto& option : variant.options) text += "|" + option.name + "=" + option.value;
  }
  return text;
}

std::vector<std::string> write_products(std::vector<StoreProduct> products) {
  std::ranges::sort(products, {}, &StoreProduct::id);
  std::vector<std::string> texts;
  for (const auto& product : products) texts.push_back(write_product(product));
  return texts;
}

bool has_id(const auto& things, const std::string& id) {
  return std::ranges::any_of(things, [&id](const auto& thing) { return thing.id == id; });
}

std::string text_or_empty(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

void expect_variant(const StoreVariant& variant, const json::Value& shown) {
  EXPECT_EQ(variant.id, std::to_string(shown.at("id").as_int64()));
  EXPECT_EQ(variant.title, shown.at("title").as_string());
  EXPECT_EQ(variant.sku, text_or_empty(shown.at("sku")));
  EXPECT_EQ(variant.barcode, text_or_empty(shown.at("barcode")));
  EXPECT_EQ(money_text(variant.price), shown.at("price").as_string());
  EXPECT_EQ(variant.compare_at_price ? money_text(*variant.compare_at_price) : std::string(),
            text_or_empty(shown.at("compare_at_price")));
  if (variant.inventory) EXPECT_EQ(*variant.inventory, shown.at("stock").as_int64());
  EXPECT_EQ(variant.is_available(), shown.at("is_for_sale").as_bool());
  const auto& options = shown.at("options").as_object();
  ASSERT_EQ(variant.options.size(), options.size());
  for (const auto& option : variant.options)
    EXPECT_EQ(option.value, options.at(option.name).as_string());
}

void expect_product(const StoreProduct& product, const json::Value& shown) {
  SCOPED_TRACE(product.id);
  EXPECT_EQ(product.title, shown.at("title").as_string());
  EXPECT_EQ(product.handle, shown.at("handle").as_string());
  EXPECT_EQ(product.description, html_to_text(text_or_empty(shown.at("body_html"))));
  EXPECT_EQ(product.vendor, shown.at("vendor").as_string());
  EXPECT_EQ(product.product_type, shown.at("product_type").as_string());
  EXPECT_EQ(to_string(product.state), shown.at("status").as_string());
  EXPECT_EQ(product.is_published, shown.at("is_published").as_bool());
  const auto& tags = shown.at("tags").as_array();
  ASSERT_EQ(product.tags.size(), tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i) EXPECT_EQ(product.tags[i], tags[i].as_string());
  const auto& images = shown.at("images").as_array();
  ASSERT_EQ(product.images.size(), images.size());
  for (std::size_t i = 0; i < images.size(); ++i)
    EXPECT_TRUE(product.images[i].url.contains("/" + std::to_string(images[i].as_int64()) + "."));
  const auto& variants = shown.at("variants").as_array();
  ASSERT_EQ(product.variants.size(), variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i)
    expect_variant(product.variants[i], variants[i]);
}

class ShopifyEmulator : public ShopifyEmulatorFixture {
 protected:
  // Several hundred products, some with more variants and images than come at once.
  void fill_shop() {
    fill(R"({"products":240,"imagesEach":2,"seed":5})");
    fill(R"({"products":3,"imagesEach":14,"variantsEach":130,"seed":6})");
  }
  void expect_catalogue(const std::vector<StoreProduct>& products) {
    auto catalogue = ask("/_catalogue");
    ASSERT_EQ(products.size(), catalogue.as_array().size());
    std::map<std::string, const json::Value*> shown;
    for (const auto& one : catalogue.as_array())
      shown.emplace(std::to_string(one.at("id").as_int64()), &one);
    for (const auto& product : products) {
      ASSERT_TRUE(shown.contains(product.id)) << product.id;
      expect_product(product, *shown.at(product.id));
    }
  }
  StoreExport finish_export(ProductScope scope = {}) {
    auto started = sync_wait(storefront_->start_export({}, access_, std::move(scope)));
    for (int looks = 0; started && looks < 500; ++looks) {
      if (started->state != StoreExport::State::running) return *started;
      started = sync_wait(storefront_->look_at_export({}, access_, started->id));
    }
    ADD_FAILURE() << (started ? "runs on" : started.error().message + started.error().cause);
    return {};
  }
  std::vector<StoreProduct> read_export(const StoreExport& done, std::int64_t skip) {
    std::vector<StoreProduct> products;
    auto stream = sync_wait(storefront_->open_export({}, access_, done, skip));
    while (stream) {
      auto some = sync_wait((*stream)->next({}, 7));
      if (!some) ADD_FAILURE() << some.error().message << " " << some.error().cause;
      if (!some || some->empty()) return products;
      EXPECT_LE(some->size(), 7U);
      for (auto& product : *some) products.push_back(std::move(product));
    }
    ADD_FAILURE() << stream.error().message;
    return products;
  }
};

TEST_F(ShopifyEmulator, lists_products_by_graphql_without_being_refused) {
  fill_shop();

  auto products = list_all();

  expect_catalogue(products);
  EXPECT_TRUE(std::ranges::is_sorted(
      products, {}, [](const StoreProduct& product) { return std::stoll(product.id); }));
  EXPECT_EQ(refused(), 0);
  EXPECT_FALSE(ask("/_counters").at("totals").at("graphql").as_object().contains("too_dear"));
}

TEST_F(ShopifyEmulator, lists_products_by_rest_at_two_requests_a_second) {
  fill_shop();
  access_.uses_rest = true;

  auto products = list_all();

  expect_catalogue(products);
  auto counters = ask("/_counters");
  EXPECT_EQ(counters.at("refused").as_int64(), 0);
  EXPECT_GE(counters.at("totals").at("rest").at("requests").as_int64(), 5);
  EXPECT_LE(counters.at("max_per_second").at("rest").as_int64(), 2);
}

TEST_F(ShopifyEmulator, reads_an_export_from_any_place_on) {
  fill_shop();

  auto done = finish_export();
  auto products = read_export(done, 0);
  auto rest = read_export(done, 300);

  ASSERT_EQ(done.state, StoreExport::State::completed);
  EXPECT_GT(done.objects, 343);
  expect_catalogue(products);
  ASSERT_EQ(rest.size(), products.size() - 300);
  for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].id, products[300 + i].id);
  EXPECT_TRUE(read_export(done, 1000).empty());
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyEmulator, reads_the_same_whichever_way) {
  fill(R"({"products":2,"imagesEach":9,"variantsEach":104,"seed":8})");
  auto by_graphql = write_products(list_all());
  access_.uses_rest = true;
  auto by_rest = write_products(list_all());
  auto by_export = write_products(read_export(finish_export(), 0));

  EXPECT_EQ(by_graphql.size(), 102U);
  EXPECT_EQ(by_graphql, by_rest);
  EXPECT_EQ(by_graphql, by_export);
  EXPECT_TRUE(std::ranges::any_of(
      by_graphql, [](const std::string& text) { return text.contains("reviews.rating"); }));
}

// Reads all pages on one thread, so that no answer falls between the shop's clock and ours.
Task<Result<std::size_t>> count_all(Storefront& storefront, StoreAccess access, ThreadPool& pool) {
  CallContext context{.home = &pool};
  co_await hop(pool);
  Storefront::ListRequest request;
  std::size_t count = 0;
  do {
    auto listing = storefront.list_products(context, access, request);
    CO_TRY(auto page, co_await std::move(listing));
    count += page.products.size();
    request.cursor = page.next;
  } while (!request.cursor.empty());
  co_return count;
}

TEST_F(ShopifyEmulator, keeps_to_the_limit_when_several_read_at_once) {
  ThreadPool pool({.name = "readers"});
  std::vector<std::thread> readers;
  std::vector<std::size_t> counts(4, 0);
  for (std::size_t i = 0; i < counts.size(); ++i)
    readers.emplace_back([this, &counts, &pool, i] {
      counts[i] = sync_wait(count_all(*storefront_, access_, pool)).value_or(0);
    });
  for (auto& reader : readers) reader.join();

  EXPECT_EQ(counts, std::vector<std::size_t>(4, 100));
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyEmulator, does_not_trust_a_limit_it_does_not_know) {
  ASSERT_EQ(list_all().size(), 100U);

  build();  // as after a restart: the points of before are used up
  ASSERT_EQ(list_all().size(), 100U);

  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyEmulator, lists_what_is_in_scope) {
  auto collections = sync_wait(storefront_->list_collections({}, access_));
  ASSERT_TRUE(collections) << collections.error().cause;
  ASSERT_EQ(collections->size(), 2U);
  auto id = (*collections)[1].id;
  for (bool uses_rest : {false, true}) {
    access_.uses_rest = uses_rest;
    ProductScope scope{.collections = {id}, .states = {ProductState::active}};

    auto products = list_all(scope);

    EXPECT_FALSE(products.empty());
    EXPECT_LT(products.size(), 100U);
    for (const auto& product : products) {
      EXPECT_EQ(product.state, ProductState::active);
      EXPECT_TRUE(has_id(product.collections, id));
    }
    auto count = sync_wait(storefront_->count_products({}, access_, scope, 0));
    ASSERT_TRUE(count) << count.error().cause;
    EXPECT_EQ(*count, static_cast<std::int64_t>(products.size()));
  }
  auto exported = read_export(finish_export({.collections = {id}}), 0);
  EXPECT_FALSE(exported.empty());
  EXPECT_LT(exported.size(), 100U);
}

TEST_F(ShopifyEmulator, lists_what_changed_since) {
  auto before = list_all().back();
  auto changed = std::stoll(before.id);
  clock_.advance(std::chrono::hours(1));
  control("POST", "/_clock", R"({"advance_ms":3600000})");
  change(R"({"call":"updateProduct","arguments":[)" + std::to_string(changed) +
         R"(,{"title":"Another name"}]})");
  for (bool uses_rest : {false, true}) {
    access_.uses_rest = uses_rest;
    Storefront::ListRequest request{.updated_since = before.updated_at + 1000};

    auto page = sync_wait(storefront_->list_products({}, access_, request));

    ASSERT_TRUE(page) << page.error().cause;
    auto found = std::ranges::find(page->products, before.id, &StoreProduct::id);
    ASSERT_NE(found, page->products.end());
    EXPECT_EQ(found->title, "Another name");
    EXPECT_LT(page->products.size(), 100U);
    EXPECT_TRUE(page->next.empty());
  }
}

TEST_F(ShopifyEmulator, traces_what_products_have_in_stock) {
  fill(R"({"products":1,"variantsEach":120,"seed":9})");
  std::map<std::string, StoreProduct> products;
  for (auto& product : list_all()) products.emplace(product.id, product);
  for (bool uses_rest : {false, true}) {
    access_.uses_rest = uses_rest;
    Storefront::ListRequest request;
    std::size_t count = 0;
    do {
      auto page = sync_wait(storefront_->list_traces({}, access_, request));
      ASSERT_TRUE(page) << page.error().cause;
      for (const auto& trace : page->traces) {
        const auto& product = products.at(trace.id);
        EXPECT_EQ(trace.updated_at, product.updated_at);
        // Where a part is shown only, nothing is told.
        EXPECT_EQ(trace.inventories.size(),
                  product.variants.size() == 120 ? 0U : product.variants.size());
        for (const auto& [id, inventory] : trace.inventories) {
          auto variant = std::ranges::find(product.variants, id, &StoreVariant::id);
          ASSERT_NE(variant, product.variants.end());
          EXPECT_EQ(inventory, variant->inventory);
        }
      }
      count += page->traces.size();
      request.cursor = page->next;
    } while (!request.cursor.empty());
    EXPECT_EQ(count, 101U);
  }
  EXPECT_EQ(refused(), 0);
}

TEST_F(ShopifyEmulator, gets_the_products_that_are_left) {
  auto all = list_all();
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 40; ++i) ids.push_back(all[i].id);
  change(R"({"call":"deleteProduct","arguments":[)" + ids[3] + "]}");

  auto products = sync_wait(storefront_->get_products({}, access_, ids));
  auto item = all[5].variants.front().inventory_item_id;
  auto owner = sync_wait(storefront_->product_of_inventory_item({}, access_, item));
  auto nobody = sync_wait(storefront_->product_of_inventory_item({}, access_, "46"));
  auto wrong = sync_wait(storefront_->get_products({}, access_, {"1\"} evil"}));

  ASSERT_TRUE(products) << products.error().cause;
  EXPECT_EQ(products->size(), 39U);
  EXPECT_FALSE(has_id(*products, ids[3]));
  ASSERT_TRUE(owner) << owner.error().cause;
  EXPECT_EQ(*owner, all[5].id);
  EXPECT_EQ(failure_of(nobody), "not_found");
  EXPECT_EQ(failure_of(wrong), "invalid");
}

TEST_F(ShopifyEmulator, tells_who_the_shop_is) {
  auto identity = sync_wait(storefront_->identify({}, access_));

  ASSERT_TRUE(identity) << identity.error().cause;
  EXPECT_EQ(identity->name, "Emulated Shop");
  EXPECT_EQ(identity->domain, "aiva-test.myshopify.com");
  EXPECT_EQ(identity->currency, "USD");
  EXPECT_EQ(identity->time_zone, "America/Bogota");
  EXPECT_EQ(identity->scopes.size(), 4U);
  auto variant = list_all().front().variants.front().id;
  EXPECT_EQ(storefront_->cart_link(*identity, {{variant, 2}}),
            "https://aiva-test.myshopify.com/cart/" + variant + ":2");
  EXPECT_EQ(storefront_->cart_link(*identity, {{"1:2,3", 2}}), "");
  EXPECT_EQ(storefront_->cart_link(*identity, {}), "");
}

}  // namespace
}  // namespace aiva
