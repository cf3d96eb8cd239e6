#pragma once

#include "app/config.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// `aiva top`: what a running server does, in the terminal. Returns the exit code.
int run_top(const Config& config, const cli::Arguments& arguments);

}  // namespace aiva::app
