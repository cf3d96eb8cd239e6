#pragma once

#include "capabilities/knowledge/knowledge.h"
#include "faces/http/request.h"
#include "foundation/task.h"

namespace aiva::http {

// The document of the path; of another knowledge base than the path's it does not exist.
Task<Result<knowledge::Document>> find_document(knowledge::Knowledge& knowledge,
                                                CallContext context, Request& request);

}  // namespace aiva::http
