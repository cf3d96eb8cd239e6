#pragma once

#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"
#include "foundation/result.h"

namespace aiva::app {

// The index of products, in a folder of its own. Wants nothing but the data folder.
Result<void> open_product_index(const Config& config, Parts& parts);

// Shops, and what agents may call: functions and the tools of shops. Wants images, agents and
// functions to be built.
Result<void> build_commerce(const Config& config, Parts& parts);

// What is to be done for them now and then.
std::vector<worker::Chore> commerce_chores(const Config& config, Parts& parts);

}  // namespace aiva::app
