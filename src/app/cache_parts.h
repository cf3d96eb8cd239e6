#pragma once

#include "app/config.h"
#include "app/parts.h"
#include "foundation/result.h"

namespace aiva::app {

// Builds what holds short-lived things and tells other processes of changes: within this process,
// or by a Redis. Connects later. Fails with `invalid` on settings that cannot be used.
Result<void> open_cache(const Config& config, Parts& parts);

}  // namespace aiva::app
