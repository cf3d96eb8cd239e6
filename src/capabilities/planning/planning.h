#pragma once

#include "capabilities/planning/types.h"
#include "foundation/result.h"

namespace aiva::planning {

// What the wish needs. Fails with `invalid` where nothing of a load is given or a figure is out of
// range, naming the fields, and where no machine of the table has enough memory or cores.
Result<Plan> make_plan(const Wish& wish, const Measurement& measured, const PriceTable& prices);

}  // namespace aiva::planning
