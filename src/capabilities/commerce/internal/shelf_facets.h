#pragma once

#include <span>
#include <vector>

#include "capabilities/commerce/internal/shelf_view.h"
#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// Which products are counted: one flag for each place of each view.
using PlaceSets = std::vector<std::vector<bool>>;

// How the products of `among` (null: all) divide. A value counts a product when a variant of it
// fits the filter without the part that speaks of the value's kind, and has the value.
Facets count_facets(std::span<const ShelfView> views, const PlaceSets* among);

}  // namespace aiva::commerce
