#include "capabilities/commerce/internal/old_rows.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "capabilities/commerce/ids.h"

namespace aiva::commerce {
namespace {

constexpr int rows_per_round = 200;

Result<std::int64_t> remove_syncs(SqlSession& sql, UnixMs instant) {
  std::vector<SyncId> old;
  TRY_VOID(
      sql.query("SELECT s.id FROM store_syncs s WHERE s.created_at < ? "
                "AND s.status IN ('completed', 'failed', 'cancelled') "
                "AND EXISTS (SELECT 1 FROM store_syncs y WHERE y.store_id = s.store_id "
                "AND y.created_at > s.created_at) LIMIT ?",
                {instant, rows_per_round}, [&old](const SqlRow& row) -> Result<void> {
                  old.push_back(row.id<SyncId>(0));
                  return {};
                }));
  for (auto id : old) TRY_VOID(sql.execute("DELETE FROM store_syncs WHERE id = ?", {id}));
  return static_cast<std::int64_t>(old.size());
}

// The first store behind `after`.
Result<std::optional<StoreId>> next_store(SqlSession& sql, StoreId after) {
  std::optional<StoreId> found;
  TRY_VOID(sql.query("SELECT id FROM stores WHERE id > ? ORDER BY id LIMIT 1", {after},
                     [&found](const SqlRow& row) -> Result<void> {
                       found = row.id<StoreId>(0);
                       return {};
                     }));
  return found;
}

Result<std::int64_t> remove_deleted(SqlSession& sql, StoreId store, UnixMs instant) {
  std::vector<ProductId> old;
  std::int64_t version = 0;
  TRY_VOID(
      sql.query("SELECT p.id, COALESCE(c.version, 0) FROM products p LEFT JOIN product_changes c "
                "ON c.store_id = p.store_id AND c.product_id = p.id WHERE p.store_id = ? "
                "AND p.status = 'deleted' AND p.synced_at < ? LIMIT ?",
                {store, instant, rows_per_round}, [&](const SqlRow& row) -> Result<void> {
                  old.push_back(row.id<ProductId>(0));
                  version = std::max(version, row.integer(1));
                  return {};
                }));
  for (auto id : old) {
    TRY_VOID(sql.execute("DELETE FROM product_changes WHERE store_id = ? AND product_id = ?",
                         {store, id}));
    TRY_VOID(sql.execute("DELETE FROM products WHERE id = ? AND store_id = ?", {id, store}));
  }
  if (!old.empty())
    TRY_VOID(sql.execute("UPDATE stores SET changes_from = ? WHERE id = ? AND changes_from < ?",
                         {version, store, version}));
  return static_cast<std::int64_t>(old.size());
}

}  // namespace

Task<Result<std::int64_t>> forget_syncs(CallContext context, Database& database, UnixMs instant) {
  std::int64_t count = 0;
  for (std::int64_t removed = rows_per_round; removed == rows_per_round;) {
    CO_TRY_VOID(context.check());
    auto removing =
        write(database, context, [instant](SqlSession& sql) { return remove_syncs(sql, instant); });
    CO_TRY(removed, co_await std::move(removing));
    count += removed;
  }
  co_return count;
}

Task<Result<std::int64_t>> forget_deleted_products(CallContext context, Database& database,
                                                   UnixMs instant) {
  std::int64_t count = 0;
  StoreId store;
  for (;;) {
    auto looking =
        read(database, context, [store](SqlSession& sql) { return next_store(sql, store); });
    CO_TRY(auto next, co_await std::move(looking));
    if (!next) co_return count;
    store = *next;
    for (std::int64_t removed = rows_per_round; removed == rows_per_round;) {
      CO_TRY_VOID(context.check());
      auto removing = write(database, context, [store, instant](SqlSession& sql) {
        return remove_deleted(sql, store, instant);
      });
      CO_TRY(removed, co_await std::move(removing));
      count += removed;
    }
  }
}

}  // namespace aiva::commerce
