#include "capabilities/commerce/internal/grants_table.h"

#include <utility>

namespace aiva::commerce {

Result<bool> GrantsTable::claim(const StoreRow& row, UnixMs now, UnixMs until) {
  TRY(auto changed,
      sql_.execute("UPDATE stores SET renewing_until = ? WHERE id = ? AND tenant_id = ? "
                   "AND token_sealed = ? AND renewing_until <= ?",
                   {until, row.store.id, row.store.tenant, row.token_sealed, now}));
  return changed == 1;
}

Result<void> GrantsTable::release(const StoreRow& row, UnixMs until) {
  TRY_VOID(
      sql_.execute("UPDATE stores SET renewing_until = 0 WHERE id = ? AND tenant_id = ? "
                   "AND renewing_until = ?",
                   {row.store.id, row.store.tenant, until}));
  return {};
}

Result<bool> GrantsTable::replace(const StoreRow& fresh, const std::string& spent) {
  TRY(auto changed,
      sql_.execute("UPDATE stores SET token_sealed = ?, refresh_sealed = ?, token_expires_at = ?, "
                   "refresh_expires_at = ? WHERE id = ? AND tenant_id = ? AND token_sealed = ?",
                   {fresh.token_sealed, fresh.refresh_sealed, fresh.token_expires_at,
                    fresh.refresh_expires_at, fresh.store.id, fresh.store.tenant, spent}));
  return changed == 1;
}

Result<bool> GrantsTable::forget(const StoreRow& row, std::string_view error, UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE stores SET token_sealed = '', refresh_sealed = '', has_webhooks = 0, "
                   "token_expires_at = 0, refresh_expires_at = 0, status = 'error', "
                   "error_message = ?, updated_at = ? WHERE id = ? AND tenant_id = ? "
                   "AND token_sealed = ?",
                   {error, now, row.store.id, row.store.tenant, row.token_sealed}));
  return changed == 1;
}

Result<std::vector<StoreRow>> GrantsTable::ending_before(UnixMs instant, int count_max) {
  std::vector<std::pair<TenantId, StoreId>> found;
  TRY_VOID(
      sql_.query("SELECT tenant_id, id FROM stores WHERE refresh_expires_at > 0 "
                 "AND refresh_expires_at < ? ORDER BY refresh_expires_at LIMIT ?",
                 {instant, count_max}, [&found](const SqlRow& row) -> Result<void> {
                   found.emplace_back(row.id<TenantId>(0), row.id<StoreId>(1));
                   return {};
                 }));
  std::vector<StoreRow> rows;
  StoresTable stores(sql_);
  for (const auto& [tenant, id] : found) {
    TRY(auto row, stores.get(tenant, id));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace aiva::commerce
