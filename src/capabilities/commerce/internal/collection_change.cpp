#include "capabilities/commerce/internal/collection_change.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "capabilities/commerce/internal/catalogue_rows.h"
#include "capabilities/commerce/internal/product_json.h"
#include "foundation/json.h"

namespace aiva::commerce {
namespace {

using Titles = std::unordered_map<std::string, std::string>;  // by the product's id of the store

// The products whose rows have the collection, with its title there.
Result<Titles> members_of(SqlSession& sql, const Store& store, const std::string& collection) {
  Titles members;
  auto id = json::to_text(json::Value(collection));
  TRY_VOID(
      sql.query("SELECT shopify_id, collections FROM products WHERE store_id = ? AND tenant_id = ? "
                "AND status <> 'deleted' AND INSTR(collections, ?) > 0",
                {store.id, store.tenant, id}, [&](const SqlRow& row) -> Result<void> {
                  for (auto& one : collections_from_json(row.text(1)))
                    if (one.id == collection)
                      members.emplace(std::string(row.text(0)), std::move(one.title));
                  return {};
                }));
  return members;
}

// The ids of the products the store has in the collection.
Task<Result<std::vector<std::string>>> ids_there(CallContext context, const OpenStore& store,
                                                 std::string collection, std::int64_t count_max) {
  std::vector<std::string> ids;
  Storefront::ListRequest request{.scope = store.store.scope};
  request.scope.collections = {std::move(collection)};
  for (;;) {
    CO_TRY_VOID(context.check());
    auto listing = store.storefront->list_traces(context, store.access, request);
    CO_TRY(auto page, co_await std::move(listing));
    for (auto& trace : page.traces) ids.push_back(std::move(trace.id));
    request.cursor = std::move(page.next);
    bool is_last = request.cursor.empty() || std::cmp_greater_equal(ids.size(), count_max);
    if (is_last) co_return ids;
  }
}

}  // namespace

Task<Result<std::vector<std::string>>> products_to_read(CallContext context, Core& core,
                                                        const OpenStore& store,
                                                        StoreCollection collection) {
  const auto& scope = store.store.scope.collections;
  bool is_wanted = scope.empty() || std::ranges::find(scope, collection.id) != scope.end();
  auto asking = ids_there(context, store, collection.id, core.settings.products_per_store_max);
  CO_TRY(auto there, co_await std::move(asking));
  Titles members;
  KnownProducts known;
  auto reading = read(core.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(members, members_of(sql, store.store, collection.id));
    if (is_wanted) return {};
    // Of a collection that is not wanted for itself only products that are here matter.
    TRY(known,
        CatalogueRows(sql, {.tenant = store.store.tenant, .store = store.store.id}).known(there));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  std::vector<std::string> differing;
  std::unordered_set<std::string_view> in_collection(there.begin(), there.end());
  for (const auto& id : in_collection) {
    auto row = known.find(std::string(id));
    bool may_matter = is_wanted || (row != known.end() && !row->second.is_deleted);
    if (may_matter && !members.contains(std::string(id))) differing.emplace_back(id);
  }
  for (const auto& [id, title] : members) {
    bool is_renamed = !collection.title.empty() && title != collection.title;
    if (is_renamed || !in_collection.contains(id)) differing.push_back(id);
  }
  co_return differing;
}

}  // namespace aiva::commerce
