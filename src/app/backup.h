#pragma once

#include "app/config.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// `aiva backup`, `aiva backup list` and `verify`; the exit code of the program.
int run_backup_command(const Config& config, const cli::Arguments& arguments);

// `aiva restore`: makes the data folder whole or not at all.
int run_restore(const Config& config, const cli::Arguments& arguments);

}  // namespace aiva::app
