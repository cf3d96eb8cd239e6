#pragma once

#include <filesystem>
#include <vector>

#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/product_search.h"
#include "faces/http/route.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// What the routes need; borrowed.
struct ProductRouteParts {
  commerce::Catalogue& catalogue;
  commerce::ProductSearch& search;
  std::filesystem::path staging_folder;  // for images that come within JSON
  ThreadPool& files;                     // writes them there
};

// Products of knowledge bases, as they are kept and as they are found.
std::vector<Route> product_routes(const ProductRouteParts& parts);

}  // namespace aiva::http
