#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/storefront.h"

namespace aiva::commerce {

enum class StoreStatus { active, paused, error };
std::string_view to_string(StoreStatus status);
std::optional<StoreStatus> parse_store_status(std::string_view text);

// How often a store is read again.
struct SyncSchedule {
  bool is_automatic = true;
  int interval_minutes = 1440;  // 5…43200
  bool operator==(const SyncSchedule&) const = default;
};

// A shop whose catalogue a knowledge base has. Its token is never shown.
struct Store {
  StoreId id{};
  TenantId tenant{};
  KnowledgeBaseId knowledge_base{};  // which has no other store
  std::string kind = "shopify";      // shopify | feed
  std::string address{};             // "name.myshopify.com"; of a feed, its URL, or empty: uploaded
  bool uses_rest = false;
  StoreIdentity identity{};  // as the store told last
  bool has_token = false;
  StoreStatus status = StoreStatus::active;
  std::string error{};  // why it is in error
  SyncSchedule schedule{};
  ProductScope scope{};
  UnixMs next_sync_at = 0;    // 0: none is planned
  UnixMs last_sync_at = 0;    // of the last that completed
  bool has_webhooks = false;  // the store was told where to send its events
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewStore {
  KnowledgeBaseId knowledge_base{};
  std::string kind = "shopify";
  std::string address{};
  std::string token{};  // empty with OAuth, which brings one later, and for feeds
  // Of an app of the tenant's own: with it webhooks are verified. Empty: the installation's app.
  std::string app_secret{};
  bool uses_rest = false;
  SyncSchedule schedule{};
  ProductScope scope{};
};

// Only what is set changes.
struct StoreChange {
  std::optional<std::string> token{};
  std::optional<std::string> app_secret{};
  std::optional<std::string> address{};  // of a feed
  std::optional<bool> uses_rest{};
  std::optional<SyncSchedule> schedule{};
  std::optional<ProductScope> scope{};
};

struct ProductImage {
  std::string store_id{};  // of the image, in its store
  std::string source_url{};
  std::string alt{};
  int position = 1;
  // pending | completed | failed | skipped
  std::string status = "pending";
  ImageId image{};  // among the images of the knowledge base; nil until it is completed
  std::string error{};
};

struct Variant {
  VariantId id{};
  StoreVariant there{};  // as the store has it
};

struct Product {
  ProductId id{};
  StoreId store{};
  KnowledgeBaseId knowledge_base{};
  std::string currency{};
  StoreProduct there{};  // as the store has it; its variants and images stand below
  std::vector<Variant> variants{};
  std::vector<ProductImage> images{};
  bool is_deleted = false;                   // in its store; no search finds it
  std::string embedding_status = "pending";  // pending | completed | failed
  UnixMs synced_at = 0;
};

enum class SyncType { full, incremental, manual_sync };
std::string_view to_string(SyncType type);
std::optional<SyncType> parse_sync_type(std::string_view text);

enum class SyncStatus { pending, processing, completed, failed, cancelled };
std::string_view to_string(SyncStatus status);
std::optional<SyncStatus> parse_sync_status(std::string_view text);
bool is_final(SyncStatus status);

// One reading of a store.
struct Sync {
  SyncId id{};
  TenantId tenant{};
  StoreId store{};
  KnowledgeBaseId knowledge_base{};
  SyncType type = SyncType::full;  // manual_sync: full, asked for by a person
  SyncStatus status = SyncStatus::pending;
  std::string step{};               // counting | exporting | products | deletions | images | done
  std::int64_t total_products = 0;  // 0: not known yet
  std::int64_t processed_products = 0;
  std::int64_t failed_products = 0;
  std::int64_t total_images = 0;
  std::int64_t processed_images = 0;
  std::int64_t failed_images = 0;
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t deleted = 0;
  std::string error{};
  UnixMs created_at = 0;
  UnixMs started_at = 0;
  UnixMs completed_at = 0;
  UnixMs estimated_completion_at = 0;  // 0: cannot be told
};

struct CatalogueStatistics {
  std::int64_t products = 0;  // not deleted
  std::int64_t active = 0;
  std::int64_t draft = 0;
  std::int64_t archived = 0;
  std::int64_t deleted = 0;
  std::int64_t variants = 0;
  std::int64_t in_stock = 0;  // products of which something can be bought
  std::int64_t images = 0;
  std::int64_t images_completed = 0;
  std::int64_t images_failed = 0;
  std::int64_t embedded = 0;  // products with a vector of the model in use
  UnixMs last_sync_at = 0;
};

}  // namespace aiva::commerce
