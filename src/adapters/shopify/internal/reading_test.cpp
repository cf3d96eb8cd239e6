#include "adapters/shopify/internal/reading.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/shopify/internal/failure.h"
#include "adapters/shopify/internal/product_nodes.h"

namespace aiva::shopify {
namespace {

std::optional<double> number(const std::string& text) {
  return number_of(json::parse("{\"n\":" + text + "}").value().get_object(), "n");
}

TEST(Reading, knows_numbers_that_can_be_reckoned_with) {
  EXPECT_EQ(number("4.5"), 4.5);
  EXPECT_EQ(number("7"), 7.0);
  EXPECT_EQ(number(R"("4.5")"), 4.5);
  for (auto text : {"null", "[]", R"("")", R"("4.5x")", R"("nan")", R"("inf")", R"("-inf")"})
    EXPECT_FALSE(number(text)) << text;
}

TEST(Reading, a_rating_that_is_no_number_is_none) {
  for (auto text : {"nan", "inf", "x"}) {
    StoreProduct product{.id = "1"};
    product.metafields.push_back({.space = "reviews",
                                  .key = "rating",
                                  .type = "rating",
                                  .value = R"({"value":")" + std::string(text) + R"("})"});
    finish_product(product);
    EXPECT_FALSE(product.rating) << text;
  }
}

TEST(Reading, a_limit_that_is_no_number_is_none) {
  HttpResponse response;
  response.headers.push_back({"X-Shopify-Shop-Api-Call-Limit", "inf/inf"});
  EXPECT_FALSE(read_requests(response));
  response.headers.front().value = "32/40";
  ASSERT_TRUE(read_requests(response));
  EXPECT_EQ(read_requests(response)->used, 32);
}

}  // namespace
}  // namespace aiva::shopify
