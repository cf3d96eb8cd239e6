#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "app/paths.h"
#include "faces/cli/arguments.h"
#include "faces/cli/doctor_command.h"

namespace aiva::app {

// What `aiva doctor` looks at in this installation: the machine, what is asked before launch, and
// every part: rows, ledger, models and the reader. `backups`: where they are; empty: not known.
std::vector<cli::Check> make_checks(const Config& config, const Paths& paths,
                                    const std::string& backups);

// `aiva doctor`, of this installation or with --url of a running server; the exit code.
int run_doctor(const Config& config, const Paths& paths, const cli::Arguments& arguments);

}  // namespace aiva::app
