#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/shown_product.h"

namespace aiva::chat {

inline constexpr std::size_t shown_products_max = 10;

// Products in their fence, as data for a model; empty where there are none.
std::string fence_products(std::span<const ShownProduct> products);

// One sentence that names products, in the language of a BCP 47 tag.
std::string name_products(std::span<const ShownProduct> products, std::string_view language);

// Adds products that are not among them yet, as long as there is room.
void add_products(std::vector<ShownProduct>& products, std::vector<ShownProduct> more);

}  // namespace aiva::chat
