#pragma once

#include "app/config.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// `aiva migrate --to`: moves the rows of the data folder, which no server uses meanwhile, into
// another database; the exit code of the program. Killed, it goes on when it is called again.
int run_move(const Config& config, const cli::Arguments& arguments);

}  // namespace aiva::app
