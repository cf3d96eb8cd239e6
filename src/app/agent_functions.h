#pragma once

#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"
#include "foundation/result.h"

namespace aiva::app {

// Builds what agents' models may call, and its secrets. Wants identity and agents to be built.
// Fails when the master key cannot be read.
Result<void> build_functions(const Config& config, Parts& parts);

// What is to be done for them now and then.
std::vector<worker::Chore> function_chores(const Config& config, Parts& parts);

}  // namespace aiva::app
