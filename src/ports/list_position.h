#pragma once

#include <cstdint>
#include <limits>

#include "foundation/ids.h"

namespace aiva {

// An entry of a list ordered by a number (an instant, a sequence number) and an id. Whoever reads
// on from here neither misses nor repeats what was there, whatever is added meanwhile.
struct ListPosition {
  std::int64_t key = 0;
  Id<struct ListEntryTag> id{};

  auto operator<=>(const ListPosition&) const = default;
};

// Before every entry of a list that is newest first.
inline constexpr ListPosition before_newest{.key = std::numeric_limits<std::int64_t>::max()};

}  // namespace aiva
