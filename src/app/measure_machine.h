#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "app/config.h"
#include "app/paths.h"
#include "capabilities/planning/types.h"
#include "foundation/result.h"

namespace aiva::app {

// Hears what is being measured, and how far that is: 0…100.
using OnMeasuring = std::function<void(int percent, std::string_view step)>;

// What this machine does: its disk, and the CPU that requests, searches, chat turns and documents
// take of a server with the packaged encoder. The server serves an installation of its own in a
// folder within the data folder, which goes afterwards; nothing of the data folder is read. Takes
// about `time`, some seconds at least. Fails with a sentence for the operator.
Result<planning::Measurement> measure_machine(const Config& config, const Paths& paths,
                                              std::chrono::seconds time,
                                              const OnMeasuring& on_measuring);

}  // namespace aiva::app
