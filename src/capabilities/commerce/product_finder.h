#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/billing/billing.h"
#include "capabilities/commerce/product_search.h"
#include "capabilities/images/images.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/metrics.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

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
  // The language of a text, ISO 639; empty when it cannot be told. Without it words are found as
  // they are written.
  std::function<std::string(std::string_view)> detect_language{};
};

// The search of products over the rows of stores: an index of their texts, and a shelf in memory of
// what filters, facets and sorts need (decision 0034). All shelves together take about
// `shelf_bytes_max`.
std::unique_ptr<ProductSearch> make_product_finder(FinderParts parts, std::size_t shelf_bytes_max);

}  // namespace aiva::commerce
