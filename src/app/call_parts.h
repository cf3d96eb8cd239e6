#pragma once

#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Builds what calls are written down with. Wants agents and billing to be built.
void build_calls(const Config& config, Parts& parts);

// Who watches over calls; again once it is known whether any are answered.
void build_supervision(Parts& parts);

// Ends calls that died with the process before this one, which served alone, and finishes their
// recordings.
void recover_calls(Parts& parts);

// What each process that has calls does for them now and then.
std::vector<worker::Chore> own_call_chores(Parts& parts);

// What is to be done for all of them now and then.
std::vector<worker::Chore> call_chores(const Config& config, Parts& parts);

}  // namespace aiva::app
