#include "capabilities/commerce/internal/prepared_product.h"

#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

StoreProduct shoe() {
  StoreProduct product{.id = "1", .title = "Shoe", .description = "It walks", .vendor = "Acme"};
  product.tags = {"summer"};
  product.variants = {{.id = "12",
                       .price = 20'000'000,
                       .inventory = 3,
                       .options = {{"Colour", "blue"}},
                       .position = 2},
                      {.id = "11",
                       .price = 10'000'000,
                       .inventory = 2,
                       .options = {{"Colour", "red"}},
                       .position = 1}};
  return product;
}

TEST(PreparedProduct, says_in_words_what_it_is) {
  auto prepared = prepare(shoe(), {.currency = "EUR"}).value();

  EXPECT_EQ(prepared.text, "Shoe. Acme. summer. Colour: red, blue. It walks");
  EXPECT_EQ(prepared.price_min, 10'000'000);
  EXPECT_EQ(prepared.price_max, 20'000'000);
  EXPECT_EQ(prepared.inventory, 5);
  EXPECT_EQ(prepared.there.variants.front().id, "11");
}

TEST(PreparedProduct, has_a_hash_of_its_content_and_one_of_its_words) {
  auto first = prepare(shoe(), {}).value();
  auto later = shoe();
  later.updated_at = 99;
  auto dearer = shoe();
  dearer.variants.front().price += 1;
  auto renamed = shoe();
  renamed.title = "Boot";

  EXPECT_EQ(prepare(later, {})->content_hash, first.content_hash);
  EXPECT_NE(prepare(dearer, {})->content_hash, first.content_hash);
  EXPECT_EQ(prepare(dearer, {})->text_hash, first.text_hash);
  EXPECT_NE(prepare(renamed, {})->text_hash, first.text_hash);
}

TEST(PreparedProduct, is_refused_when_it_makes_no_sense) {
  auto refuses = [](auto change) {
    auto product = shoe();
    change(product);
    return !prepare(product, {}).has_value();
  };

  EXPECT_TRUE(refuses([](StoreProduct& product) { product.id.clear(); }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.id = "a\nb"; }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.title = "  "; }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.variants.clear(); }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.variants[0].id = "11"; }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.variants[0].price = -1; }));
  EXPECT_TRUE(refuses([](StoreProduct& product) { product.variants.resize(2049); }));
}

TEST(PreparedProduct, is_cut_to_what_rows_hold) {
  auto product = shoe();
  product.description = std::string(100'000, 'x');
  product.vendor = "\xFF";
  product.url = "javascript:alert(1)";
  product.rating = 9.0;
  for (int i = 0; i < 30; ++i)
    product.images.push_back(
        {.id = std::to_string(i), .url = "https://cdn.example/" + std::to_string(i)});
  product.images.push_back({.id = "file", .url = "file:///etc/passwd"});

  auto prepared = prepare(product, {.images_max = 10, .text_bytes_max = 600}).value();

  EXPECT_EQ(prepared.there.description.size(), 64U * 1024);
  EXPECT_EQ(prepared.there.vendor, "\xEF\xBF\xBD");
  EXPECT_EQ(prepared.there.url, "");
  EXPECT_FALSE(prepared.there.rating.has_value());
  EXPECT_EQ(prepared.there.images.size(), 10U);
  EXPECT_EQ(prepared.text.size(), 600U);
}

TEST(PreparedProduct, is_wanted_by_state_and_collection) {
  auto product = shoe();
  product.collections = {{.id = "c1"}};

  EXPECT_TRUE(is_in_scope(product, {}));
  EXPECT_TRUE(is_in_scope(product, {.collections = {"c0", "c1"}}));
  EXPECT_FALSE(is_in_scope(product, {.collections = {"c2"}}));
  EXPECT_FALSE(is_in_scope(product, {.states = {ProductState::draft}}));
}

}  // namespace
}  // namespace aiva::commerce
