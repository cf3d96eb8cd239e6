#include "capabilities/commerce/internal/shop_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ShopArguments, reads_a_search) {
  auto read = read_search_arguments(
      R"({"query":"shoes","price_min":10,"price_max":49.99,"in_stock":true,"on_sale":null,)"
      R"("vendor":"Fleet","product_type":"Shoes","options":{"Size":"42"},"sort":"price_asc",)"
      R"("limit":3})");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->query, "shoes");
  EXPECT_EQ(read->filter.price_min, 10'000'000);
  EXPECT_EQ(read->filter.price_max, 49'990'000);
  EXPECT_EQ(read->filter.in_stock, true);
  EXPECT_EQ(read->filter.on_sale, std::nullopt);
  EXPECT_THAT(read->filter.vendors, ElementsAre("Fleet"));
  EXPECT_THAT(read->filter.types, ElementsAre("Shoes"));
  EXPECT_THAT(read->filter.options, ElementsAre(ChosenOption{"Size", "42"}));
  EXPECT_EQ(read->sort, ProductSort::price_up);
  EXPECT_EQ(read->limit, 3);
  EXPECT_TRUE(read_search_arguments(""));
}

TEST(ShopArguments, refuses_searches_that_are_not_as_described) {
  for (const auto* text :
       {"[]", "{", "\"shoes\"", R"({"colour":"red"})", R"({"query":1})", R"({"price_min":"10"})",
        R"({"price_min":-1})", R"({"price_min":5,"price_max":4})", R"({"in_stock":"yes"})",
        R"({"options":["Size"]})", R"({"options":{"Size":42}})", R"({"sort":"best"})",
        R"({"limit":11})", R"({"limit":0})", R"({"limit":1.5})"}) {
    auto read = read_search_arguments(text);

    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid) << text;
  }
  EXPECT_THAT(read_search_arguments(R"({"colour":"red"})").error().message, HasSubstr("colour"));
  EXPECT_FALSE(read_search_arguments("{\"query\":\"" + std::string(20'000, 'a') + "\"}"));
}

TEST(ShopArguments, wants_one_name_of_a_product) {
  EXPECT_EQ(read_stock_arguments(R"({"sku":"A-1"})"), "A-1");
  EXPECT_EQ(read_stock_arguments(R"({"product_id":"p","sku":""})"), "p");
  EXPECT_FALSE(read_stock_arguments("{}"));
  EXPECT_FALSE(read_stock_arguments(R"({"sku":"A-1","variant_id":"v"})"));
}

TEST(ShopArguments, reads_an_order_and_the_address_it_was_made_with) {
  auto text = read_order_arguments(R"({"order_number":"#1001","email":"a@b.example"})");
  auto number = read_order_arguments(R"({"order_number":1001,"email":"a@b.example"})");

  ASSERT_TRUE(text);
  EXPECT_EQ(text->number, "#1001");
  EXPECT_EQ(text->email, "a@b.example");
  ASSERT_TRUE(number);
  EXPECT_EQ(number->number, "1001");
  EXPECT_FALSE(read_order_arguments(R"({"order_number":"1001"})"));
  EXPECT_FALSE(read_order_arguments(R"({"email":"a@b.example"})"));
  EXPECT_FALSE(read_order_arguments(R"({"order_number":"1001","email":"somebody"})"));
}

TEST(ShopArguments, reads_what_goes_into_a_cart) {
  auto read = read_cart_arguments(R"({"items":[{"sku":"A-1","quantity":2},{"variant_id":"v"}]})");

  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).name, "A-1");
  EXPECT_EQ(read->at(0).quantity, 2);
  EXPECT_EQ(read->at(1).name, "v");
  EXPECT_EQ(read->at(1).quantity, 1);
  for (const auto* text :
       {"{}", R"({"items":[]})", R"({"items":[{}]})", R"({"items":["A-1"]})",
        R"({"items":[{"sku":"A","quantity":0}]})", R"({"items":[{"sku":"A","price":1}]})"})
    EXPECT_FALSE(read_cart_arguments(text)) << text;
}

}  // namespace
}  // namespace aiva::commerce
