#include "app/commerce_parts.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/product_feed/product_feed.h"
#include "adapters/segment_index/segment_index.h"
#include "adapters/shopify/shopify_storefront.h"
#include "app/data_folder.h"
#include "app/roles.h"
#include "app/uncounted.h"
#include "capabilities/commerce/shop_tools.h"
#include "capabilities/commerce/store_sweep.h"
#include "documents/language.h"
#include "foundation/read_file.h"

namespace aiva::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t feed_bytes_max = 128UL * 1024 * 1024;
constexpr std::size_t share_of_memory = 4;  // of what indexes of passages may keep, products may

commerce::CommerceSettings settings_of(const Config& config) {
  const auto& shopify = config.shopify;
  return {.app = {.client_id = shopify.client_id, .client_secret = shopify.client_secret},
          .public_address = config.server.public_url,
          .allow_private_hosts = shopify.allow_private_hosts,
          .products_per_store_max = shopify.products_max,
          .pictures_at_once = static_cast<std::size_t>(shopify.pictures_at_once),
          .images_per_product_max = static_cast<int>(shopify.images_per_product_max)};
}

// The object of an address behind its prefix, whose key names the tenant it belongs to.
Task<Result<std::string>> read_upload(Parts& parts, CallContext context, std::string address) {
  std::string_view key(address);
  if (key.starts_with(uploaded_feed_prefix)) key.remove_prefix(uploaded_feed_prefix.size());
  if (!key.starts_with("feeds/" + context.tenant.to_string() + "/"))
    co_return fail(ErrorCode::not_found, "No such feed");
  auto finding = parts.objects->local_copy(context, std::string(key));
  CO_TRY(auto path, co_await std::move(finding));
  auto read = [&path]() -> Result<std::string> {
    auto content = read_file(path, feed_bytes_max);
    if (!content)
      return fail(ErrorCode::unavailable, "The feed cannot be read", content.error().cause);
    return content;
  };
  auto reading = run_on(parts.files, context, read);
  auto content = co_await std::move(reading);
  co_return content;
}

void open_storefronts(const Config& config, Parts& parts) {
  const auto& shopify = config.shopify;
  parts.shopify = make_shopify_storefront(
      {.http = *parts.http, .clock = parts.clock, .metrics = parts.metrics, .pause = parts.pause},
      {.api_version = shopify.api_version,
       .base_address = shopify.base_address,
       .may_reach_private_addresses = !shopify.base_address.empty()});
  parts.product_feeds = make_product_feed_storefront(
      {.http = *parts.http,
       .parsing = parts.compute,
       .clock = parts.clock,
       .pause = parts.pause,
       .read_upload =
           [&parts](CallContext context, std::string address) {
             return read_upload(parts, std::move(context), std::move(address));
           }},
      {.may_reach_private_addresses = shopify.allow_private_hosts});
}

}  // namespace

Result<void> open_product_index(const Config& config, Parts& parts) {
  auto bytes_max = static_cast<std::size_t>(config.search.index_memory_mb) * 1024 * 1024;
  SegmentIndexOptions options{.folder = index_folder(config, parts.folder, "products"),
                              .resident_bytes_max = bytes_max / share_of_memory,
                              .compute = &parts.compute};
  TRY(parts.product_index, make_segment_index(options, parts.metrics));
  return {};
}

Result<void> build_commerce(const Config& config, Parts& parts) {
  TRY(auto master_key, load_master_key(config, parts.folder));
  open_storefronts(config, parts);
  parts.commerce = commerce::make_commerce({.database = *parts.database,
                                            .objects = *parts.objects,
                                            .jobs = *parts.jobs,
                                            .http = *parts.http,
                                            .shopify = *parts.shopify,
                                            .feeds = *parts.product_feeds,
                                            .knowledge = *parts.knowledge,
                                            .images = *parts.images,
                                            .embedder = *parts.embedder.embedder,
                                            .index = *parts.product_index,
                                            .billing = *parts.billing,
                                            .audit_log = parts.identity->audit_log(),
                                            .clock = parts.clock,
                                            .metrics = parts.metrics,
                                            .compute = parts.compute,
                                            .pause = parts.pause,
                                            .master_key = std::move(master_key),
                                            .detect_language = documents::detect_language},
                                           settings_of(config));
  parts.product_housekeeping = knowledge::make_housekeeping({.database = *parts.database,
                                                             .objects = *parts.objects,
                                                             .index = *parts.product_index,
                                                             .jobs = *parts.jobs,
                                                             .clock = parts.clock});
  parts.agent_tools = commerce::make_shop_tools({.others = parts.functions->tools(),
                                                 .agents = parts.agents->active(),
                                                 .search = parts.commerce->search(),
                                                 .catalogue = parts.commerce->catalogue(),
                                                 .stores = parts.commerce->open_stores(),
                                                 .clock = parts.clock,
                                                 .metrics = parts.metrics});
  return {};
}

std::vector<worker::Chore> commerce_chores(const Config& config, Parts& parts) {
  auto& commerce = *parts.commerce;
  std::vector<worker::Chore> chores;
  commerce::StoreRetention retention{
      .syncs = std::chrono::days(config.shopify.syncs_days),
      .deleted_products = std::chrono::days(config.shopify.deleted_days)};
  chores.push_back({"sweep what stores left", hours(1), [&parts, retention](CallContext context) {
                      commerce::StoreSweepParts sweep{.database = *parts.database,
                                                      .objects = *parts.objects,
                                                      .clock = parts.clock,
                                                      .retention = retention};
                      return without_count(commerce::sweep_stores(std::move(context), sweep));
                    }});
  std::chrono::days age(config.shopify.events_days);
  chores.push_back({"forget followed events of stores", hours(1),
                    [&events = commerce.events(), age](CallContext context) {
                      return without_count(events.remove_old(context, age));
                    }});
  chores.push_back({"renew what owners of stores agreed to", hours(6),
                    [&stores = commerce.stores()](CallContext context) {
                      return without_count(stores.renew_access(std::move(context)));
                    }});
  if (!config.shopify.scheduled) return chores;
  chores.push_back(
      {"read stores that are due", minutes(1), [&syncs = commerce.syncs()](CallContext context) {
         return without_count(syncs.start_due(context));
       }});
  return chores;
}

}  // namespace aiva::app
