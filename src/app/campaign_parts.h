#pragma once

#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Builds campaigns and what they dial by. Wants calls to be built.
void build_campaigns(const Config& config, Parts& parts);

// What each process that has calls does for them now and then: the rows say who calls whom.
std::vector<worker::Chore> campaign_chores(Parts& parts);

}  // namespace aiva::app
