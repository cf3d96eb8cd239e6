#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Of every job there may be.
std::vector<std::string> all_job_kinds();

// Ends at once what processes left that are dead: turns, calls, credits set aside, keys of
// requests. For one that knows that no other lives; else it ends by leases.
void end_what_died(Parts& parts);

// What runs in the background of the configured role, not started: jobs of every kind where it has
// jobs, and the chores of its duties.
std::unique_ptr<worker::Worker> make_worker(const Config& config, Parts& parts);

}  // namespace aiva::app
