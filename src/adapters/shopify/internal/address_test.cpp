#include "adapters/shopify/internal/address.h"

#include <gtest/gtest.h>

namespace aiva::shopify {
namespace {

TEST(ShopAddress, is_fitted_from_what_owners_type) {
  for (std::string_view typed :
       {"my-shop1", "My-Shop1.myshopify.com", " my-shop1.myshopify.com/ ",
        "https://my-shop1.myshopify.com/admin/products?x=1", "http://my-shop1.myshopify.com",
        "https://admin.shopify.com/store/my-shop1/settings", "admin.shopify.com/store/My-Shop1"}) {
    auto address = fit_address(typed);
    ASSERT_TRUE(address) << typed;
    EXPECT_EQ(*address, "my-shop1.myshopify.com") << typed;
    EXPECT_TRUE(is_shop_address(*address));
  }
}

TEST(ShopAddress, is_nothing_but_a_name_below_the_providers_domain) {
  for (std::string_view typed : {"",
                                 " ",
                                 "-shop",
                                 "shop-",
                                 "my shop",
                                 "shop.example.com",
                                 "127.0.0.1",
                                 "[::1]",
                                 "a.b",
                                 "a.b.myshopify.com",
                                 "shop.myshopify.com.evil.example",
                                 "shop.myshopify.com:8080",
                                 "user@shop.myshopify.com",
                                 "ftp://shop.myshopify.com",
                                 "https://",
                                 "shöp",
                                 "shop%2e",
                                 ".myshopify.com",
                                 "evil.example#.myshopify.com",
                                 "shop\\.myshopify.com"})
    EXPECT_FALSE(fit_address(typed)) << typed;
  EXPECT_FALSE(fit_address(std::string(64, 'a')));
  EXPECT_FALSE(fit_address(std::string(1000, ' ')));
  for (std::string_view address : {"shop", "Shop.myshopify.com", "shop.myshopify.com/", ""})
    EXPECT_FALSE(is_shop_address(address)) << address;
}

}  // namespace
}  // namespace aiva::shopify
