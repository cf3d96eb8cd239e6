#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "foundation/pause.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/storefront.h"

namespace aiva {

// What the address of a feed begins with whose content was uploaded.
inline constexpr std::string_view uploaded_feed_prefix = "upload:";

struct ProductFeedSettings {
  std::size_t feed_bytes_max = 128UL * 1024 * 1024;
  std::size_t products_max = 200'000;
  std::size_t page_products = 250;
  int attempts_max = 4;  // of fetching a feed
  std::chrono::milliseconds backoff_first{1000};
  std::chrono::milliseconds timeout{120'000};  // of an attempt
  bool may_reach_private_addresses = false;    // only where no tenant chooses addresses
};

// Everything is borrowed but the functions.
struct ProductFeedParts {
  HttpClient& http;
  ThreadPool& parsing;  // where feeds are read
  const Clock& clock;
  Pause pause;
  // The content of an address that begins with `uploaded_feed_prefix`, which the context's tenant
  // owns. Fails with `not_found`.
  std::function<Task<Result<std::string>>(CallContext, std::string address)> read_upload;
};

// Products out of a feed, CSV or JSON (docs/guides/product_feeds.md), at a URL or uploaded. It
// lists products and collections, a collection's id being its title; there are no exports, traces,
// orders or events. A mistake in a feed is `invalid` and names its line and column; a cursor is
// good as long as the feed stays as it is. A token is sent as a bearer's, and by https only.
std::unique_ptr<Storefront> make_product_feed_storefront(ProductFeedParts parts,
                                                         ProductFeedSettings settings = {});

}  // namespace aiva
