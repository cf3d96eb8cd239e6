#include "capabilities/models/internal/tenant_keys.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "foundation/secret_box.h"

namespace aiva::models {
namespace {

constexpr std::size_t tenants_known_max = 10000;
constexpr std::size_t key_bytes_min = 8;
constexpr std::size_t key_bytes_max = 512;
constexpr std::int64_t limit_max = 1'000'000'000;

// Binds a sealed key to its row.
std::string purpose(TenantId tenant, std::string_view provider) {
  return "model_key:" + tenant.to_string() + ":" + std::string(provider);
}

// A key goes into a header: nothing but visible ASCII.
bool is_key(std::string_view key) {
  return key.size() >= key_bytes_min && key.size() <= key_bytes_max &&
         std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<void> check(const NewTenantKey& key) {
  Error error{.code = ErrorCode::invalid, .message = "The key is not valid"};
  if (!is_key(key.key))
    error.details.push_back({"key", "must be 8 to 512 visible ASCII characters"});
  auto check_limit = [&error](const char* name, std::int64_t limit) {
    if (limit < 0 || limit > limit_max) error.details.push_back({name, "is out of range"});
  };
  check_limit("requests_per_minute", key.requests_per_minute);
  check_limit("tokens_per_minute", key.tokens_per_minute);
  if (error.details.empty()) return {};
  return fail(std::move(error));
}

identity::AuditEntry audit_entry(const char* action, const std::string& provider) {
  identity::AuditEntry entry;
  entry.action = action;
  entry.resource_type = "model_key";
  entry.resource_id = provider;
  return entry;
}

}  // namespace

TenantKeys::TenantKeys(Database& database, identity::AuditLog& audit, const Clock& clock,
                       std::string master_key)
    : database_(database),
      audit_(audit),
      clock_(clock),
      master_key_(std::move(master_key)),
      known_(tenants_known_max, changes_seen_within) {}

Task<Result<std::shared_ptr<const SealedKeys>>> TenantKeys::of_tenant(CallContext context) {
  if (context.tenant.is_nil()) co_return std::make_shared<const SealedKeys>();
  if (auto known = known_.get(context.tenant)) co_return known;
  auto body = [tenant = context.tenant](SqlSession& sql) { return KeyTable(sql).of(tenant); };
  CO_TRY(auto rows, co_await read(database_, context, body));
  auto keys = std::make_shared<const SealedKeys>(std::move(rows));
  known_.put(context.tenant, keys);
  co_return keys;
}

Task<Result<TenantKey>> TenantKeys::put(CallContext context, identity::Caller caller,
                                        NewTenantKey key) {
  CO_TRY_VOID(check(key));
  auto now = clock_.unix_ms();
  SealedKey row{.shown = {.provider = key.provider,
                          .last4 = key.key.substr(key.key.size() - 4),
                          .requests_per_minute = key.requests_per_minute,
                          .tokens_per_minute = key.tokens_per_minute,
                          .created_at = now,
                          .updated_at = now},
                .sealed = seal_secret(master_key_, key.key, purpose(context.tenant, key.provider))};
  auto body = [&, tenant = context.tenant](SqlSession& sql) -> Result<TenantKey> {
    KeyTable table(sql);
    TRY_VOID(table.put(tenant, row));
    auto entry = audit_entry("model_key.set", row.shown.provider);
    entry.tenant = tenant;
    TRY_VOID(audit_.append(sql, caller, std::move(entry)));
    TRY(auto rows, table.of(tenant));
    const auto* stored = find_key(rows, row.shown.provider);
    return stored == nullptr ? row.shown : stored->shown;
  };
  auto stored = co_await write(database_, context, body);
  known_.erase(context.tenant);
  co_return stored;
}

Task<Result<void>> TenantKeys::remove(CallContext context, identity::Caller caller,
                                      std::string provider) {
  auto body = [&, tenant = context.tenant](SqlSession& sql) -> Result<void> {
    TRY(bool was_there, KeyTable(sql).remove(tenant, provider));
    if (!was_there) return fail(ErrorCode::not_found, "There is no key for this provider");
    auto entry = audit_entry("model_key.removed", provider);
    entry.tenant = tenant;
    return audit_.append(sql, caller, std::move(entry));
  };
  auto outcome = co_await write(database_, context, body);
  known_.erase(context.tenant);
  co_return outcome;
}

Result<std::string> TenantKeys::open(TenantId tenant, const SealedKey& key) const {
  return open_secret(master_key_, key.sealed, purpose(tenant, key.shown.provider));
}

const SealedKey* find_key(const SealedKeys& keys, std::string_view provider) {
  for (const auto& key : keys)
    if (key.shown.provider == provider) return &key;
  return nullptr;
}

}  // namespace aiva::models
