#pragma once

#include <memory>

#include "capabilities/commerce/commerce.h"
#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// The search of products over the rows of stores: an index of their texts, and a shelf in memory of
// what filters, facets and sorts need (decision 0034). Borrows the parts.
std::unique_ptr<ProductSearch> make_product_finder(const CommerceParts& parts,
                                                   const CommerceSettings& settings);

}  // namespace aiva::commerce
