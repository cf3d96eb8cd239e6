#include "faces/http/endpoints/store_request.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiva::http {
namespace {

using commerce::SyncSchedule;

constexpr json::Fields::TextLimits id_limits{.length_max = 64};
constexpr json::Fields::TextLimits kind_limits{.length_max = 20};
constexpr json::Fields::TextLimits address_limits{.length_max = 2000};
constexpr json::Fields::TextLimits secret_limits{.length_max = 500};
constexpr std::size_t collections_max = 250;
constexpr std::size_t states_max = 3;
constexpr std::size_t collection_bytes_max = 64;
constexpr std::int64_t interval_least = 5;
constexpr std::int64_t interval_most = 43'200;

SyncSchedule read_schedule(json::Fields& fields, SyncSchedule now) {
  now.is_automatic = fields.boolean("auto_sync", now.is_automatic);
  now.interval_minutes = static_cast<int>(
      fields.integer("interval_minutes", now.interval_minutes, interval_least, interval_most));
  return now;
}

std::vector<std::string> read_collections(json::Fields& fields, std::vector<std::string> now) {
  const auto* list = fields.array("collections", collections_max);
  if (list == nullptr) return now;
  std::vector<std::string> ids;
  for (const auto& item : *list) {
    bool is_id = item.is_string() && !item.get_string().empty() &&
                 item.get_string().size() <= collection_bytes_max;
    if (is_id)
      ids.emplace_back(std::string_view(item.get_string()));
    else
      fields.add_error("collections", "must be a list of ids of the store");
  }
  return ids;
}

std::vector<ProductState> read_states(json::Fields& fields, std::vector<ProductState> now) {
  const auto* list = fields.array("states", states_max);
  if (list == nullptr) return now;
  std::vector<ProductState> states;
  for (const auto& item : *list) {
    auto state =
        item.is_string() ? parse_product_state(std::string_view(item.get_string())) : std::nullopt;
    if (state)
      states.push_back(*state);
    else
      fields.add_error("states", "must be a list of active, draft, archived");
  }
  return states;
}

ProductScope read_scope(json::Fields& fields, ProductScope now) {
  return {.collections = read_collections(fields, std::move(now.collections)),
          .states = read_states(fields, std::move(now.states))};
}

}  // namespace

Result<commerce::NewStore> read_new_store(const json::Value& body) {
  json::Fields fields(body);
  commerce::NewStore store;
  auto base = fields.text("kb_id", id_limits);
  auto id = KnowledgeBaseId::parse(base);
  if (!id && !base.empty()) fields.add_error("kb_id", "must be an id");
  store.knowledge_base = id.value_or(store.knowledge_base);
  store.kind = fields.optional_text("kind", kind_limits).value_or(store.kind);
  if (store.kind != "shopify" && store.kind != "feed")
    fields.add_error("kind", "must be shopify or feed");
  store.address = fields.optional_text("address", address_limits).value_or(std::string());
  if (store.address.empty() && store.kind == "shopify") fields.add_error("address", "is required");
  store.token = fields.optional_text("token", secret_limits).value_or(std::string());
  store.app_secret = fields.optional_text("app_secret", secret_limits).value_or(std::string());
  store.uses_rest = fields.boolean("uses_rest", store.uses_rest);
  store.schedule = read_schedule(fields, store.schedule);
  store.scope = read_scope(fields, {});
  TRY_VOID(fields.finish());
  return store;
}

Result<commerce::StoreChange> read_store_change(const json::Value& body,
                                                const commerce::Store& store) {
  json::Fields fields(body);
  commerce::StoreChange change;
  change.token = fields.optional_text("token", secret_limits);
  change.app_secret = fields.optional_text("app_secret", secret_limits);
  change.address = fields.optional_text("address", address_limits);
  change.uses_rest = fields.optional_boolean("uses_rest");
  auto schedule = read_schedule(fields, store.schedule);
  auto scope = read_scope(fields, store.scope);
  if (fields.has("auto_sync") || fields.has("interval_minutes")) change.schedule = schedule;
  if (fields.has("collections") || fields.has("states")) change.scope = std::move(scope);
  TRY_VOID(fields.finish());
  return change;
}

}  // namespace aiva::http
