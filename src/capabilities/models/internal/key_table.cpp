#include "capabilities/models/internal/key_table.h"

namespace aiva::models {

Result<std::vector<SealedKey>> KeyTable::of(TenantId tenant) {
  std::vector<SealedKey> keys;
  TRY_VOID(sql_.query(
      "SELECT provider, sealed_key, last4, requests_per_minute, tokens_per_minute, created_at,"
      " updated_at FROM model_keys WHERE tenant_id = ? ORDER BY provider",
      {tenant}, [&](const SqlRow& row) -> Result<void> {
        keys.push_back({.shown = {.provider = std::string(row.text(0)),
                                  .last4 = std::string(row.text(2)),
                                  .requests_per_minute = row.integer(3),
                                  .tokens_per_minute = row.integer(4),
                                  .created_at = row.integer(5),
                                  .updated_at = row.integer(6)},
                        .sealed = std::string(row.text(1))});
        return {};
      }));
  return keys;
}

Result<void> KeyTable::put(TenantId tenant, const SealedKey& key) {
  TRY(auto changed,
      sql_.execute(
          "UPDATE model_keys SET sealed_key = ?, last4 = ?, requests_per_minute = ?,"
          " tokens_per_minute = ?, updated_at = ? WHERE tenant_id = ? AND provider = ?",
          {key.sealed, key.shown.last4, key.shown.requests_per_minute, key.shown.tokens_per_minute,
           key.shown.updated_at, tenant, key.shown.provider}));
  if (changed > 0) return {};
  TRY_VOID(sql_.execute(
      "INSERT INTO model_keys (tenant_id, provider, sealed_key, last4, requests_per_minute,"
      " tokens_per_minute, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {tenant, key.shown.provider, key.sealed, key.shown.last4, key.shown.requests_per_minute,
       key.shown.tokens_per_minute, key.shown.created_at, key.shown.updated_at}));
  return {};
}

Result<bool> KeyTable::remove(TenantId tenant, std::string_view provider) {
  TRY(auto changed, sql_.execute("DELETE FROM model_keys WHERE tenant_id = ? AND provider = ?",
                                 {tenant, provider}));
  return changed > 0;
}

}  // namespace aiva::models
