#pragma once

#include <vector>

#include "app/config.h"
#include "app/paths.h"
#include "faces/cli/doctor_command.h"

namespace aiva::app {

// What `aiva doctor` looks at: the data folder, disk, limits, rows, ledger, models and the reader.
std::vector<cli::Check> make_checks(const Config& config, const Paths& paths);

}  // namespace aiva::app
