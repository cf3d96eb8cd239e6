#include "capabilities/commerce/internal/shop_answers.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace aiva::commerce {
namespace {

std::string cart_of(MicroMoney price, std::int64_t quantity) {
  Product product{.currency = "EUR"};
  Variant variant;
  variant.there.price = price;
  std::vector<CartEntry> cart;
  cart.push_back({.product = &product, .variant = &variant, .quantity = quantity});
  cart.push_back({.product = &product, .variant = &variant, .quantity = 1});
  return write_cart(cart, "https://shop.example/cart");
}

TEST(ShopAnswers, add_up_a_cart) {
  EXPECT_NE(cart_of(12'500'000, 2).find(R"("total":"37.50")"), std::string::npos);
}

TEST(ShopAnswers, tell_no_sum_that_is_beyond_all_money) {
  EXPECT_EQ(cart_of(9'000'000'000'000'000'000, 100).find("total"), std::string::npos);
  EXPECT_EQ(cart_of(5'000'000'000'000'000'000, 1).find("total"), std::string::npos);
}

}  // namespace
}  // namespace aiva::commerce
