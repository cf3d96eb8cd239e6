#pragma once

#include "app/config.h"
#include "app/paths.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// Runs `aiva eval`; the exit code of the program. It watches SIGINT and SIGTERM, so no other thread
// may have been started before.
int run_eval(const Config& config, const Paths& paths, const cli::Arguments& arguments);

}  // namespace aiva::app
