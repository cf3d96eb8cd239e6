#pragma once

#include <memory>

#include "ports/signals.h"

namespace aiva {

// Signals within this process: publish() runs the handlers itself.
std::unique_ptr<Signals> make_memory_signals();

}  // namespace aiva
