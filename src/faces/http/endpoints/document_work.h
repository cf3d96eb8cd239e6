#pragma once

#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "faces/http/route.h"

namespace aiva::http {

// What is done with documents after they came in: …/documents/:documentId/metadata and
// …/knowledge-bases/:kbId/reindex, in the spellings of their documents and knowledge bases.
std::vector<Route> document_work_routes(knowledge::Knowledge& knowledge);

}  // namespace aiva::http
