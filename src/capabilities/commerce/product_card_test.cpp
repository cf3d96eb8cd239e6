#include "capabilities/commerce/product_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/json.h"

namespace aiva::commerce {
namespace {

using testing::HasSubstr;

TEST(ProductCards, show_the_variant_that_fits_best) {
  Variant small{.id = VariantId::make(), .there = {.id = "s", .title = "S", .price = 10'000'000}};
  Variant large{.id = VariantId::make(),
                .there = {.id = "l",
                          .title = "L",
                          .price = 12'500'000,
                          .compare_at_price = 15'000'000,
                          .inventory = 0}};
  ProductHit hit{
      .product = {.id = ProductId::make(),
                  .knowledge_base = KnowledgeBaseId::make(),
                  .currency = "EUR",
                  .there = {.id = "p", .title = "Shirt", .url = "https://shop.example/shirt"},
                  .variants = {small, large}},
      .variants = {large.id},
      .score = 0.5};

  auto cards = json::parse(product_cards({&hit, 1}));

  ASSERT_TRUE(cards);
  ASSERT_EQ(cards->as_array().size(), 1U);
  const auto& card = cards->as_array()[0];
  EXPECT_EQ(card.at("title"), "Shirt");
  EXPECT_EQ(card.at("price_micro"), 12'500'000);
  EXPECT_EQ(card.at("compare_at_micro"), 15'000'000);
  EXPECT_EQ(card.at("in_stock"), false);
  EXPECT_EQ(card.at("stock"), 0);
  EXPECT_EQ(card.at("variant_title"), "L");
  EXPECT_EQ(card.at("variant_id").as_string(), large.id.to_string());
  EXPECT_EQ(product_cards({}), "[]");
}

TEST(ProductCards, put_texts_in_short) {
  std::string sentences =
      "This first sentence is long enough to be shown all by itself alone. "
      "The second one does not fit any more.";

  EXPECT_EQ(in_short("  Two\n lines ", 40), "Two lines");
  EXPECT_EQ(in_short(sentences, 80),
            "This first sentence is long enough to be shown all by itself alone.");
  EXPECT_EQ(in_short("A number of words without an end", 15), "A number of…");
  EXPECT_EQ(in_short("", 10), "");
}

}  // namespace
}  // namespace aiva::commerce
