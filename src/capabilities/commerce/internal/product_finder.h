#pragma once

#include <memory>

#include "capabilities/commerce/commerce.h"
#include "capabilities/commerce/product_finder.h"

namespace aiva::commerce {

// The search of products with the parts of the whole capability, which must outlive it.
std::unique_ptr<ProductSearch> make_product_finder(const CommerceParts& parts,
                                                   const CommerceSettings& settings);

}  // namespace aiva::commerce
