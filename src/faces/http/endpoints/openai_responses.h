#pragma once

#include <vector>

#include "capabilities/chat/completions.h"
#include "faces/http/route.h"
#include "ports/clock.h"

namespace aiva::http {

// POST /v1/responses as OpenAI's clients speak it, without stored responses.
std::vector<Route> openai_response_routes(chat::Completions& completions, const Clock& clock);

}  // namespace aiva::http
