#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

std::string_view to_string(ProductSort sort) {
  switch (sort) {
    case ProductSort::relevance: return "relevance";
    case ProductSort::price_up: return "price_asc";
    case ProductSort::price_down: return "price_desc";
    case ProductSort::newest: return "newest";
    case ProductSort::rating: return "rating";
    case ProductSort::title: return "title";
  }
  return "relevance";
}

std::optional<ProductSort> parse_product_sort(std::string_view text) {
  for (auto sort : {ProductSort::relevance, ProductSort::price_up, ProductSort::price_down,
                    ProductSort::newest, ProductSort::rating, ProductSort::title})
    if (to_string(sort) == text) return sort;
  return std::nullopt;
}

}  // namespace aiva::commerce
