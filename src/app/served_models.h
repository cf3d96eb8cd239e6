#pragma once

#include "app/parts.h"
#include "faces/http/endpoints/openai_models.h"

namespace aiva::app {

// What clients of OpenAI's dialect may name as a model: agents of their tenant and the embedder.
http::OpenAiModels make_served_models(Parts& parts);

}  // namespace aiva::app
