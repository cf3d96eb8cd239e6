#pragma once

#include <cstddef>
#include <memory>

#include "capabilities/commerce/commerce.h"
#include "capabilities/commerce/internal/product_index.h"
#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// What the search of products needs of the world; everything but the detector is borrowed.
struct FinderParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  images::Images& images;
  TextEmbedder& embedder;
  PassageIndex& index;  // of products alone
  billing::Billing& billing;
  Metrics& metrics;
  ThreadPool& compute;
  DetectLanguage detect_language{};
};

// The search of products over the rows of stores: an index of their texts, and a shelf in memory of
// what filters, facets and sorts need (decision 0034). All shelves together take about
// `shelf_bytes_max`.
std::unique_ptr<ProductSearch> make_product_finder(FinderParts parts, std::size_t shelf_bytes_max);
std::unique_ptr<ProductSearch> make_product_finder(const CommerceParts& parts,
                                                   const CommerceSettings& settings);

}  // namespace aiva::commerce
