#pragma once

#include "faces/cli/arguments.h"
#include "faces/load/plan.h"
#include "foundation/result.h"

namespace aiva::cli {

// Checks what was asked for and puts it together. Fails with `invalid`.
Result<load::Plan> read_load_plan(const LoadArguments& arguments);

// Puts the load on and shows what came of it. Answers 0, 1 when a threshold is crossed or the
// service could not be used, 2 on wrong use, 130 when it was interrupted.
int run_load(const LoadArguments& arguments, bool is_json);

}  // namespace aiva::cli
