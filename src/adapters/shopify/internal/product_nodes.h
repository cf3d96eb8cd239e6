#pragma once

#include <string>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// A list of a product that did not come whole, and the cursor behind what came.
struct Unfinished {
  std::string connection;  // variants | media | collections | metafields
  std::string cursor;
};

// A product as far as it is known. A variant's `image_id` holds the address of its image until
// `finish_product`.
struct PartialProduct {
  StoreProduct product{};
  std::vector<Unfinished> unfinished{};
};

// A Product of GraphQL with those of its lists that are in it. Fails with `unavailable` when it
// has no id.
Result<PartialProduct> read_product_node(const json::Object& node);
// Adds what stands in the product's lists ("variants": {"nodes": […]}), and tells what is left.
void read_lists(const json::Object& node, PartialProduct& product);

// Adds one thing of a list, told by its gid; anything else is passed over, and so is what is beyond
// the most a product may have.
void add_to_product(const json::Object& node, StoreProduct& product);

// Puts variants and images in order, joins them, and finds the rating.
void finish_product(StoreProduct& product);

}  // namespace aiva::shopify
