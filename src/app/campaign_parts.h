#pragma once

#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Builds campaigns and what they dial by. Wants calls to be built.
void build_campaigns(const Config& config, Parts& parts);

// What is to be done for them now and then.
std::vector<worker::Chore> campaign_chores(Parts& parts);

}  // namespace aiva::app
