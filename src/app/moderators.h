#pragma once

#include "app/config.h"
#include "app/parts.h"

namespace aiva::app {

// Builds what looks at messages and answers. Wants the HTTP client and the secrets.
void build_moderation(const Config& config, Parts& parts);

}  // namespace aiva::app
