#include "capabilities/functions/internal/secrets_table.h"

#include "foundation/secret_box.h"

namespace aiva::functions {
namespace {

// Binds a sealed value to its row.
std::string purpose_of(TenantId tenant, std::string_view name) {
  return "function secret " + tenant.to_string() + " " + std::string(name);
}

}  // namespace

std::string SecretsTable::seal(TenantId tenant, std::string_view name,
                               std::string_view value) const {
  return seal_secret(key_, value, purpose_of(tenant, name));
}

Result<std::vector<Secret>> SecretsTable::list(TenantId tenant) {
  std::vector<Secret> secrets;
  TRY_VOID(sql_.query(
      "SELECT name, hint, created_at, updated_at FROM function_secrets WHERE tenant_id = ? "
      "ORDER BY name",
      {tenant}, [&secrets](const SqlRow& row) -> Result<void> {
        secrets.push_back({.name = std::string(row.text(0)),
                           .hint = std::string(row.text(1)),
                           .created_at = row.integer(2),
                           .updated_at = row.integer(3)});
        return {};
      }));
  return secrets;
}

Result<bool> SecretsTable::replace(TenantId tenant, const Secret& secret, std::string_view value) {
  TRY(auto changed,
      sql_.execute(
          "UPDATE function_secrets SET sealed_value = ?, hint = ?, updated_at = ? "
          "WHERE tenant_id = ? AND name = ?",
          {seal(tenant, secret.name, value), secret.hint, secret.updated_at, tenant, secret.name}));
  return changed > 0;
}

Result<void> SecretsTable::insert(TenantId tenant, const Secret& secret, std::string_view value) {
  TRY_VOID(sql_.execute(
      "INSERT INTO function_secrets (tenant_id, name, sealed_value, hint, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {tenant, secret.name, seal(tenant, secret.name, value), secret.hint, secret.created_at,
       secret.updated_at}));
  return {};
}

Result<void> SecretsTable::remove(TenantId tenant, std::string_view name) {
  TRY(auto removed, sql_.execute("DELETE FROM function_secrets WHERE tenant_id = ? AND name = ?",
                                 {tenant, name}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such secret");
  return {};
}

Result<SecretValues> SecretsTable::open(TenantId tenant, const std::set<std::string>& names) {
  SecretValues values;
  for (const auto& name : names)
    TRY_VOID(
        sql_.query("SELECT sealed_value FROM function_secrets WHERE tenant_id = ? AND name = ?",
                   {tenant, name}, [&](const SqlRow& row) -> Result<void> {
                     TRY(auto value, open_secret(key_, row.text(0), purpose_of(tenant, name)));
                     values.emplace(name, std::move(value));
                     return {};
                   }));
  return values;
}

}  // namespace aiva::functions
