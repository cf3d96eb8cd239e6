#pragma once

#include "app/config.h"
#include "app/paths.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// Whether a person reads standard error.
bool is_terminal_log();

// Runs any command but `serve`; the exit code of the program.
int run_command(const Config& config, const Paths& paths, const cli::Arguments& arguments);

}  // namespace aiva::app
