#pragma once

#include <memory>

#include "app/config.h"
#include "app/parts.h"
#include "app/paths.h"
#include "faces/audiosocket/server.h"
#include "foundation/result.h"

namespace aiva::app {

// Builds what telephone calls need besides their rows; for servers.
// Where a voice is missing or switched off there are no calls, which the log says.
void build_voice(const Config& config, const Paths& paths, Parts& parts);

// The AudioSocket server; null where it is switched off. Fails with a sentence for the operator.
Result<std::unique_ptr<audiosocket::Server>> make_audiosocket(const Config& config, Parts& parts);

// Connects to Asterisk's REST Interface, where it is configured. Calls whose audio comes by
// AudioSocket need its server. Fails with a sentence for the operator.
Result<void> connect_ari(const Config& config, const audiosocket::Server* phones, Parts& parts);

}  // namespace aiva::app
