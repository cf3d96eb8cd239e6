#include "capabilities/commerce/store_sweep.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/old_rows.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t feeds_per_round = 1000;
constexpr std::int64_t changes_per_round = 5000;
// An upload stores the object first and names it in the store's row then.
constexpr std::chrono::hours feed_age_least{1};

// Whether the store that a feed's key ends with reads it.
Result<bool> is_read(SqlSession& sql, std::string_view key) {
  auto id = StoreId::parse(key.substr(key.rfind('/') + 1));
  if (!id) return false;
  TRY(auto row, StoresTable(sql).find_of_any(*id));
  return row && row->address == upload_prefix + std::string(key);
}

Task<Result<std::int64_t>> sweep_feeds(CallContext context, StoreSweepParts parts) {
  auto oldest_kept = parts.clock.unix_ms() - std::chrono::milliseconds(feed_age_least).count();
  std::int64_t count = 0;
  std::string after;
  for (;;) {
    auto listing = parts.objects.list(context, feed_key_prefix, after, feeds_per_round);
    CO_TRY(auto feeds, co_await std::move(listing));
    if (feeds.empty()) co_return count;
    after = feeds.back().key;
    std::erase_if(feeds, [&](const ObjectEntry& feed) { return feed.modified_at >= oldest_kept; });
    std::vector<std::string> orphans;
    // A replica that is behind would have files removed whose rows it does not know yet.
    auto reading = read_latest(parts.database, context, [&](SqlSession& sql) -> Result<void> {
      for (const auto& feed : feeds) {
        TRY(auto is_wanted, is_read(sql, feed.key));
        if (!is_wanted) orphans.push_back(feed.key);
      }
      return {};
    });
    CO_TRY_VOID(co_await std::move(reading));
    for (const auto& key : orphans) {
      auto removing = parts.objects.remove(context, key);
      CO_TRY_VOID(co_await std::move(removing));
      ++count;
    }
  }
}

// The first store behind `after` that has changes; looks at one row of each.
Result<std::optional<StoreId>> next_with_changes(SqlSession& sql, StoreId after) {
  std::optional<StoreId> found;
  TRY_VOID(
      sql.query("SELECT store_id FROM product_changes WHERE store_id > ? ORDER BY store_id LIMIT 1",
                {after}, [&found](const SqlRow& row) -> Result<void> {
                  found = row.id<StoreId>(0);
                  return {};
                }));
  return found;
}

Result<std::vector<StoreId>> gone_with_changes(SqlSession& sql) {
  std::vector<StoreId> gone;
  StoreId after;
  for (;;) {
    TRY(auto next, next_with_changes(sql, after));
    if (!next) return gone;
    after = *next;
    TRY(auto row, StoresTable(sql).find_of_any(after));
    if (!row) gone.push_back(after);
  }
}

Task<Result<void>> remove_changes(CallContext context, Database& database, StoreId store) {
  for (std::int64_t removed = changes_per_round; removed == changes_per_round;) {
    CO_TRY_VOID(context.check());
    auto removing = write(database, context, [store](SqlSession& sql) {
      return sql.execute(
          "DELETE FROM product_changes WHERE store_id = ? AND product_id IN (SELECT product_id "
          "FROM (SELECT product_id FROM product_changes WHERE store_id = ? LIMIT ?) AS some_of)",
          {store, store, changes_per_round});
    });
    CO_TRY(removed, co_await std::move(removing));
  }
  co_return Result<void>{};
}

Task<Result<std::int64_t>> forget_old(CallContext context, StoreSweepParts parts) {
  auto before = [now = parts.clock.unix_ms()](std::chrono::days age) {
    return now - std::chrono::milliseconds(age).count();
  };
  auto syncing = forget_syncs(context, parts.database, before(parts.retention.syncs));
  CO_TRY(auto syncs, co_await std::move(syncing));
  auto deleting =
      forget_deleted_products(context, parts.database, before(parts.retention.deleted_products));
  CO_TRY(auto products, co_await std::move(deleting));
  if (syncs + products > 0)
    log::info("Old rows of stores were forgotten", {{"syncs", syncs}, {"products", products}});
  co_return syncs + products;
}

}  // namespace

Task<Result<std::int64_t>> sweep_stores(CallContext context, StoreSweepParts parts) {
  auto sweeping = sweep_feeds(context, parts);
  CO_TRY(auto count, co_await std::move(sweeping));
  auto reading =
      read(parts.database, context, [](SqlSession& sql) { return gone_with_changes(sql); });
  CO_TRY(auto gone, co_await std::move(reading));
  for (auto store : gone) {
    auto removing = remove_changes(context, parts.database, store);
    CO_TRY_VOID(co_await std::move(removing));
    ++count;
  }
  if (count > 0) log::info("What stores left that are gone was removed", {{"count", count}});
  auto forgetting = forget_old(context, parts);
  CO_TRY(auto forgotten, co_await std::move(forgetting));
  co_return count + forgotten;
}

}  // namespace aiva::commerce
