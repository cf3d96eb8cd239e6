#pragma once

#include <string_view>

#include "adapters/product_feed/internal/feed.h"

namespace aiva::product_feed {

// Reads a table of products: Shopify's export (rows of one Handle are a product) or a plain one (a
// row is a product, or a variant of its group). Which it is its columns tell.
Result<Feed> read_csv_feed(std::string_view content, const FeedLimits& limits);

}  // namespace aiva::product_feed
