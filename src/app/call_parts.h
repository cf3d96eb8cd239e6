#pragma once

#include <vector>

#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Builds what calls are written down with. Wants agents and billing to be built.
void build_calls(Parts& parts);

// Ends calls that died with the process before this one, which served alone.
void recover_calls(Parts& parts);

// What is to be done for them now and then.
std::vector<worker::Chore> call_chores(Parts& parts);

}  // namespace aiva::app
