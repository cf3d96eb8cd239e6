#pragma once

#include <memory>

#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// A worker over the parts with every kind of job and the housekeeping chores; not started.
std::unique_ptr<worker::Worker> make_worker(const Config& config, Parts& parts);

}  // namespace aiva::app
