#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capabilities/commerce/product_search.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// What a shop's functions answer, as JSON that is small enough for a model.

std::string write_search_result(const ProductAnswer& answer);

// The variants of a product that `name` stands for; all, when it names the product.
std::string write_stock(const Product& product, std::string_view name);

std::string write_order(const StoreOrder& order);
// The same whether there is no such order or the address is not the order's.
std::string write_no_order();

// A product in a cart, and how many of it.
struct CartEntry {
  const Product* product{};
  const Variant* variant{};
  std::int64_t quantity = 1;
};
std::string write_cart(const std::vector<CartEntry>& cart, std::string_view url);

}  // namespace aiva::commerce
