// Stores and what is made of them, put together.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/agents/active_agents.h"
#include "capabilities/billing/billing.h"
#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/open_stores.h"
#include "capabilities/commerce/product_search.h"
#include "capabilities/commerce/store_events.h"
#include "capabilities/commerce/stores.h"
#include "capabilities/commerce/syncs.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/images/images.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/http_client.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"
#include "ports/passage_index.h"
#include "ports/storefront.h"
#include "ports/text_embedder.h"

namespace aiva::commerce {

// What stores need of the world; everything but the key is borrowed.
struct CommerceParts {
  Database& database;
  ObjectStore& objects;
  JobQueue& jobs;
  HttpClient& http;
  Storefront& shopify;
  Storefront& feeds;
  knowledge::Knowledge& knowledge;
  images::Images& images;
  TextEmbedder& embedder;
  PassageIndex& index;  // of products alone; a passage is a product: its document id and chunk id
  billing::Billing& billing;
  identity::AuditLog& audit_log;
  const Clock& clock;
  Metrics& metrics;
  ThreadPool& compute;       // for scans of many products
  Pause pause{};             // empty: nothing waits
  std::string master_key{};  // of tokens, 32 bytes
  // The language of a text, ISO 639; empty when it cannot be told. Without it products are found by
  // words as they are written.
  std::function<std::string(std::string_view)> detect_language{};
};

struct CommerceSettings {
  Storefront::App app{};             // the installation's; empty: stores connect by tokens alone
  std::string public_address{};      // of this server, https: where owners return and events arrive
  bool allow_private_hosts = false;  // pictures and feeds of the own network
  std::size_t stores_per_tenant_max = 50;
  std::int64_t products_per_store_max = 500'000;
  std::size_t pictures_at_once = 8;  // fetched for one store
  int images_per_product_max = 10;   // kept of each product
  std::chrono::minutes overlap{5};   // an incremental sync looks so far behind the last one
  std::chrono::milliseconds progress_interval{500};
  std::size_t products_per_write = 250;
  std::size_t shelf_bytes_max = 512UL * 1024 * 1024;  // what filters need of products, in memory
};

class Commerce {
 public:
  virtual ~Commerce() = default;
  virtual Stores& stores() = 0;
  virtual OpenStores& open_stores() = 0;
  virtual Syncs& syncs() = 0;
  virtual StoreEvents& events() = 0;
  virtual Catalogue& catalogue() = 0;
  virtual ProductSearch& search() = 0;
};

std::unique_ptr<Commerce> make_commerce(CommerceParts parts, CommerceSettings settings);

}  // namespace aiva::commerce
