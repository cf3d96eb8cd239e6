#pragma once

#include <functional>
#include <string>
#include <vector>

#include "faces/http/route.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"

namespace aiva::http {

// Something that may be named as `model`: an agent of the tenant, or the embedding model.
struct ServedModel {
  std::string id{};  // an agent's slug, or the embedding model's name
  std::string owner = "aiva";
  UnixMs created_at = 0;
};

// The active agents of `context.tenant`, each by its slug.
using ListAgents = std::function<Task<Result<std::vector<ServedModel>>>(CallContext)>;
// The one of that id or slug; `not_found` or `conflict` when it is not there or cannot answer.
using FindAgent = std::function<Task<Result<ServedModel>>(CallContext, std::string)>;

struct OpenAiModels {
  ListAgents list_agents{};
  FindAgent find_agent{};
  std::string embedding_model{};  // empty: none
};

// GET /v1/models and /v1/models/:model.
std::vector<Route> openai_model_routes(OpenAiModels models);

}  // namespace aiva::http
