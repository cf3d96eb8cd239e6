#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "capabilities/commerce/internal/shelf_view.h"

namespace aiva::commerce {

// Everything that fits, in no order.
std::vector<Pick> all_fitting(std::span<const ShelfView> views);

// Puts the first `count` of `picks` in order, those behind them in any. A price is that of the
// variants that fit, the least of them upwards, the greatest downwards; products without a rating
// come last; `relevance` puts what can be bought first, then the newest.
void sort_picks(std::span<const ShelfView> views, ProductSort sort, std::size_t count,
                std::vector<Pick>& picks);

}  // namespace aiva::commerce
