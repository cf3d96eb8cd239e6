#pragma once

#include <vector>

#include "app/config.h"
#include "app/paths.h"
#include "capabilities/planning/types.h"
#include "faces/cli/arguments.h"

namespace aiva::app {

// `aiva plan`: measures this machine or takes a measurement, and prints what a load needs; the exit
// code of the program.
int run_plan(const Config& config, const Paths& paths, const cli::Arguments& arguments);

// The models outside that the configuration names, each once; where it names none for chats, the
// guide's.
std::vector<planning::UsedModel> used_models(const Config& config, const std::string& chat_model);

// The wish as it was asked for, and as configured where nothing was said.
planning::Wish wish_of(const Config& config, const cli::PlanArguments& asked);

}  // namespace aiva::app
