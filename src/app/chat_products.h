#pragma once

#include <filesystem>

#include "capabilities/chat/products.h"
#include "capabilities/commerce/product_search.h"
#include "foundation/thread_pool.h"

namespace aiva::app {

// How answers come by products of shops. Borrows search and pool; pictures to compare with are
// written into the staging folder for as long as a search takes.
chat::FindProducts find_products_by(commerce::ProductSearch& search,
                                    std::filesystem::path staging_folder, ThreadPool& files);

}  // namespace aiva::app
