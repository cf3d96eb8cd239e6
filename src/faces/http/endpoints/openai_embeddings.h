#pragma once

#include <vector>

#include "capabilities/embeddings/embeddings.h"
#include "faces/http/route.h"

namespace aiva::http {

// POST /v1/embeddings as OpenAI's clients speak it.
std::vector<Route> openai_embedding_routes(embeddings::TextVectors& vectors);

}  // namespace aiva::http
