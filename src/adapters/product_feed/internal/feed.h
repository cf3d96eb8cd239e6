#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::product_feed {

struct FeedLimits {
  std::size_t bytes_max = 128UL * 1024 * 1024;
  std::size_t products_max = 200'000;
  std::size_t memory_bytes_max = 512UL * 1024 * 1024;  // about what the read feed takes
};

// A feed that was read whole.
struct Feed {
  std::string hash{};                                     // of its content
  std::string currency{};                                 // empty: it does not say
  std::vector<StoreProduct> products{};                   // in its order
  std::unordered_map<std::string, std::size_t> places{};  // of products by their ids
  std::vector<StoreCollection> collections{};             // by title
  std::size_t memory_bytes = 0;                           // it takes about so much
};

// Reads CSV or JSON. Fails with `invalid`, naming line and column, and `too_large`.
Result<Feed> read_feed(std::string_view content, const FeedLimits& limits);

// Names the content of a feed: two feeds of the same hash are the same.
std::string hash_of(std::string_view content);

}  // namespace aiva::product_feed
