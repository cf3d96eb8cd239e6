#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/storefront.h"

namespace aiva {

struct ShopifySettings {
  std::string api_version = "2026-07";  // 2025-10 or newer
  // Where every shop is reached instead of https://NAME.myshopify.com; an emulator's, without "/"
  // at its end.
  std::string base_address{};
  // For requests to shops and for what they wrote out; never where tenants choose addresses.
  bool may_reach_private_addresses = false;
  // What owners are asked to agree to.
  std::vector<std::string> scopes = {"read_products", "read_inventory", "read_orders"};
  int attempts_max = 6;                      // of a request that fails in passing
  std::chrono::milliseconds timeout{30000};  // of an attempt
  std::chrono::milliseconds backoff_first{500};
  std::chrono::milliseconds backoff_max{30000};
  std::chrono::seconds export_timeout{6 * 3600};  // for reading what a shop wrote out
};

// All are borrowed.
struct ShopifyParts {
  HttpClient& http;
  const Clock& clock;
  Metrics& metrics;
  Pause pause;
};

// Shops of Shopify through its Admin API: GraphQL, REST where a store's access asks for it, and
// bulk operations. Products, variants, images, collections and orders are named by their numbers,
// the same whichever way they are read. Keeps each shop's limits within this process.
std::unique_ptr<Storefront> make_shopify_storefront(ShopifyParts parts,
                                                    ShopifySettings settings = {});

}  // namespace aiva
