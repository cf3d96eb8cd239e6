#pragma once

#include "capabilities/checkup/exposition.h"
#include "capabilities/checkup/finding.h"

namespace aiva::checkup {

// Each passes, or names the cause that its figures point at, with the cure.
Finding find_slow_searches(const LiveReadings& readings);
Finding find_slow_uploads(const LiveReadings& readings);
Finding find_high_latency(const LiveReadings& readings);
Finding find_scarce_memory(const LiveReadings& readings);
Finding find_slow_database(const LiveReadings& readings);

}  // namespace aiva::checkup
