#pragma once

#include "app/config.h"
#include "app/paths.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// Runs the server until SIGTERM or SIGINT, then drains it; the exit code of the program.
int run_serve(const Config& config, const Paths& paths, const cli::Arguments& arguments);

}  // namespace aiva::app
