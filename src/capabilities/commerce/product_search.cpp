#include "capabilities/commerce/product_search.h"

#include <algorithm>
#include <utility>

#include "capabilities/commerce/internal/folded.h"

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

bool is_named(const Variant& variant, std::string_view name) {
  auto wanted = folded(name);
  if (wanted.empty()) return false;
  return wanted == folded(variant.there.sku) || wanted == folded(variant.there.barcode) ||
         wanted == variant.id.to_string();
}

bool is_named(const Product& product, std::string_view name) {
  auto wanted = folded(name);
  if (wanted.empty()) return false;
  if (wanted == product.id.to_string() || wanted == folded(product.there.handle)) return true;
  return std::ranges::any_of(product.variants,
                             [name](const Variant& variant) { return is_named(variant, name); });
}

Task<Result<std::vector<Product>>> ProductSearch::named(CallContext context,
                                                        std::vector<KnowledgeBaseId> bases,
                                                        std::vector<std::string> names) {
  constexpr int hits_max = 5;
  std::vector<Product> products;
  if (bases.empty()) co_return products;
  for (const auto& name : names) {
    ProductQuery query{.knowledge_base = bases.front(),
                       .other_bases = {bases.begin() + 1, bases.end()},
                       .text = name,
                       .limit = hits_max,
                       .is_billed = false};
    auto searching = search(context, std::move(query));
    CO_TRY(auto answer, co_await std::move(searching));
    for (auto& hit : answer.hits) {
      bool is_there = std::ranges::find(products, hit.product.id, &Product::id) != products.end();
      if (!is_there && is_named(hit.product, name)) products.push_back(std::move(hit.product));
    }
  }
  co_return products;
}

}  // namespace aiva::commerce
