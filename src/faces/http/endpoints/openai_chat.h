#pragma once

#include <vector>

#include "capabilities/chat/completions.h"
#include "faces/http/route.h"
#include "ports/clock.h"

namespace aiva::http {

// POST /v1/chat/completions as OpenAI's clients speak it: the model is an agent's id or slug.
std::vector<Route> openai_chat_routes(chat::Completions& completions, const Clock& clock);

}  // namespace aiva::http
