#pragma once

#include <filesystem>
#include <vector>

#include "capabilities/commerce/product_search.h"
#include "capabilities/images/images.h"
#include "capabilities/search/search.h"
#include "faces/http/route.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// What the routes need; borrowed.
struct SearchRouteParts {
  search::Search& search;
  images::Images& images;
  commerce::ProductSearch& products;
  std::filesystem::path staging_folder;  // for images that come within JSON
  ThreadPool& files;                     // writes them there
};

// Searching knowledge bases: /api/v1/search and /api/knowledge/search, which are the same.
std::vector<Route> search_routes(const SearchRouteParts& parts);

}  // namespace aiva::http
