#pragma once

#include <memory>

#include "app/config.h"
#include "app/parts.h"
#include "faces/rtp/server.h"
#include "foundation/result.h"

namespace aiva::app {

// The server for calls by RTP, whose ports `parts` then names; null where it is switched off. Wants
// the voices to be built. Fails with a sentence for the operator.
Result<std::unique_ptr<rtp::Server>> make_rtp(const Config& config, Parts& parts);

}  // namespace aiva::app
