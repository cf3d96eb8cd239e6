#pragma once

#include <string>

#include "capabilities/search/search.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

struct SearchQuery {
  search::SearchRequest wanted{};
  bool is_for_products = false;  // alone; the type of `wanted` says nothing then
  std::string image{};           // the bytes of a picture to look for; empty: none
};

// Reads the body of a search; fails with `invalid` and every field that is wrong, or `too_large`
// (the image).
Result<SearchQuery> read_search_query(const json::Value& body);

}  // namespace aiva::http
