#pragma once

#include <memory>
#include <string>

#include "capabilities/voice/monitor.h"
#include "foundation/result.h"

namespace aiva::voice {

class RunningCall;

// A place among those who follow the call. Fails with `conflict` when there is none.
Result<std::unique_ptr<MonitorSeat>> take_seat(const std::shared_ptr<RunningCall>& call,
                                               std::string name,
                                               std::shared_ptr<CallMonitor> monitor);

}  // namespace aiva::voice
