#pragma once

#include <span>
#include <string>
#include <vector>

#include "capabilities/commerce/product_search.h"
#include "retrieval/keywords/analysis.h"

namespace aiva::commerce {

// Whether a variant fits the parts of a filter that speak of variants.
bool fits(const StoreVariant& variant, const ProductFilter& filter);

// The variants that fit a filter and, where words name some of them ("red", a SKU), those that they
// name most; of these what can be bought first. Empty when none fits.
std::vector<VariantId> choose_variants(const Product& product, const ProductFilter& filter,
                                       std::span<const std::string> words,
                                       retrieval::Analyzer& analyzer);

}  // namespace aiva::commerce
