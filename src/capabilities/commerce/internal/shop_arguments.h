#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/product_search.h"
#include "foundation/result.h"

namespace aiva::commerce {

// What models write as arguments of a shop's functions. Each fails with `invalid` and says what is
// wrong, for the model to read: a field that is not known, of another type, or out of bounds.

struct SearchArguments {
  std::string query{};
  ProductFilter filter{};
  ProductSort sort = ProductSort::relevance;
  int limit = 5;
};
Result<SearchArguments> read_search_arguments(std::string_view text);

// The one name by which a product is asked for.
Result<std::string> read_stock_arguments(std::string_view text);

struct OrderArguments {
  std::string number{};
  std::string email{};
};
Result<OrderArguments> read_order_arguments(std::string_view text);

struct CartItem {
  std::string name{};  // an id of a variant, or a SKU
  std::int64_t quantity = 1;
};
Result<std::vector<CartItem>> read_cart_arguments(std::string_view text);

}  // namespace aiva::commerce
