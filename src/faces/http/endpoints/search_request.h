#pragma once

#include "capabilities/search/search.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

// Reads the body of a search; fails with `invalid` and every field that is wrong.
Result<search::SearchRequest> read_search_request(const json::Value& body);

}  // namespace aiva::http
