#pragma once

#include "app/config.h"
#include "app/parts.h"
#include "foundation/result.h"

namespace aiva::app {

// What hears and speaks at Deepgram, as far as it is configured: where `parts` then has no
// recognizer or synthesizer, the packaged one is wanted. Fails with a sentence for the operator.
Result<void> open_deepgram(const Config::Voice& config, Parts& parts);

// The sockets of calls, once.
Result<void> open_sockets(const Config::Voice& config, Parts& parts);

}  // namespace aiva::app
