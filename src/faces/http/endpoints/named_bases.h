#pragma once

#include <vector>

#include "foundation/ids.h"
#include "foundation/json.h"

namespace aiva::http {

// The knowledge bases a search is about: `kb_id`, or each of `kb_ids`. What is wrong goes to
// `fields`; without a mistake there is one at least.
std::vector<KnowledgeBaseId> read_bases(json::Fields& fields);

}  // namespace aiva::http
