#pragma once

#include "adapters/openai/openai.h"
#include "ports/model_server/server.h"

namespace aiva::openai {

// The server as everything below the dialect sees it.
model_server::ServerOptions server_options(const OpenAiOptions& options);

}  // namespace aiva::openai
