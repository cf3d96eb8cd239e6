#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/shelf.h"
#include "capabilities/commerce/internal/shelf_filter.h"

namespace aiva::commerce {

// A shelf as one search looks at it.
struct ShelfView {
  ShelfView(ShelfPointer of, const ProductFilter& wanted)
      : shelf(std::move(of)), filter(*shelf, wanted), fitting(filter.fitting()) {}

  [[nodiscard]] bool fits(Place place) const { return (fitting[place] & filter_part::all) != 0; }

  ShelfPointer shelf;
  ShelfFilter filter;                // of the shelf
  std::vector<FilterParts> fitting;  // by places
};

// A product on one of several shelves.
struct Pick {
  std::size_t view = 0;
  Place place = 0;
  bool operator==(const Pick&) const = default;
};

}  // namespace aiva::commerce
