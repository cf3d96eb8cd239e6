#pragma once

#include <string_view>

#include "adapters/product_feed/internal/feed.h"

namespace aiva::product_feed {

// Reads a list of products, bare or as {"products": […]}: of a plain shape, or of Shopify's
// products.json.
Result<Feed> read_json_feed(std::string_view content, const FeedLimits& limits);

}  // namespace aiva::product_feed
