#pragma once

#include "capabilities/search/search.h"
#include "foundation/result.h"

namespace aiva::search {

// Fails with `invalid` and every field that is wrong.
Result<void> validate(const SearchRequest& request);

}  // namespace aiva::search
