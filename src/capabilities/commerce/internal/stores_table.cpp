#include "capabilities/commerce/internal/stores_table.h"

#include <utility>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/product_json.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t error_bytes_max = 1000;

constexpr std::string_view columns =
    "SELECT id, tenant_id, kb_id, kind, address, uses_rest, token_sealed, app_secret_sealed, "
    "identity, status, error_message, auto_sync, interval_minutes, collections, states, "
    "next_sync_at, last_sync_at, read_until, has_webhooks, version, reading, created_by, "
    "created_at, updated_at, refresh_sealed, token_expires_at, refresh_expires_at, connected_at "
    "FROM stores ";

StoreRow read_row(const SqlRow& row) {
  StoreRow found{.address = std::string(row.text(4)),
                 .token_sealed = std::string(row.text(6)),
                 .app_secret_sealed = std::string(row.text(7)),
                 .refresh_sealed = std::string(row.text(24)),
                 .token_expires_at = row.integer(25),
                 .refresh_expires_at = row.integer(26),
                 .connected_at = row.integer(27),
                 .read_until = row.integer(17),
                 .version = row.integer(19),
                 .reading = row.integer(20)};
  if (!row.is_null(21)) found.created_by = row.id<UserId>(21);
  auto& store = found.store;
  store.id = row.id<StoreId>(0);
  store.tenant = row.id<TenantId>(1);
  store.knowledge_base = row.id<KnowledgeBaseId>(2);
  store.kind = row.text(3);
  if (!found.address.starts_with(upload_prefix)) store.address = found.address;
  store.uses_rest = row.integer(5) != 0;
  store.identity = identity_from_json(row.text(8));
  store.has_token = !found.token_sealed.empty();
  store.status = parse_store_status(row.text(9)).value_or(StoreStatus::error);
  store.error = row.text(10);
  store.schedule.is_automatic = row.integer(11) != 0;
  store.schedule.interval_minutes = static_cast<int>(row.integer(12));
  store.scope.collections = texts_from_json(row.text(13));
  store.scope.states = states_from_json(row.text(14));
  store.next_sync_at = row.integer(15);
  store.last_sync_at = row.integer(16);
  store.has_webhooks = row.integer(18) != 0;
  store.created_at = row.integer(22);
  store.updated_at = row.integer(23);
  return found;
}

std::unexpected<Error> no_such_store() { return fail(ErrorCode::not_found, "No such store"); }

SqlValue or_null(UserId id) { return id.is_nil() ? SqlValue(nullptr) : SqlValue(id); }

}  // namespace

Result<void> StoresTable::insert(const StoreRow& row) {
  const auto& store = row.store;
  auto identity = identity_to_json(store.identity);
  auto collections = texts_to_json(store.scope.collections);
  auto states = states_to_json(store.scope.states);
  TRY_VOID(sql_.execute(
      "INSERT INTO stores (id, tenant_id, kb_id, kind, address, uses_rest, token_sealed, "
      "app_secret_sealed, identity, status, error_message, auto_sync, interval_minutes, "
      "collections, states, next_sync_at, has_webhooks, created_by, created_at, updated_at, "
      "connected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {store.id,
       store.tenant,
       store.knowledge_base,
       store.kind,
       row.address,
       store.uses_rest,
       row.token_sealed,
       row.app_secret_sealed,
       identity,
       to_string(store.status),
       utf8_prefix(store.error, error_bytes_max),
       store.schedule.is_automatic,
       store.schedule.interval_minutes,
       collections,
       states,
       store.next_sync_at,
       store.has_webhooks,
       or_null(row.created_by),
       store.created_at,
       store.updated_at,
       row.connected_at}));
  return {};
}

Result<std::optional<StoreRow>> StoresTable::find(TenantId tenant, StoreId id) {
  TRY(auto found, rows("WHERE id = ? AND tenant_id = ?", {id, tenant}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<StoreRow> StoresTable::get(TenantId tenant, StoreId id) {
  TRY(auto found, find(tenant, id));
  if (!found) return no_such_store();
  return std::move(*found);
}

Result<std::optional<StoreRow>> StoresTable::find_of_any(StoreId id) {
  TRY(auto found, rows("WHERE id = ?", {id}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<StoreRow>> StoresTable::of_app(const std::string& address) {
  return rows("WHERE kind = ? AND address = ? AND app_secret_sealed = '' ORDER BY id",
              {shop_kind, address});
}

Result<std::optional<StoreRow>> StoresTable::of_base(TenantId tenant, KnowledgeBaseId base) {
  TRY(auto found, rows("WHERE kb_id = ? AND tenant_id = ?", {base, tenant}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<StoreRow>> StoresTable::list(TenantId tenant) {
  return rows("WHERE tenant_id = ? ORDER BY created_at, id", {tenant});
}

Result<std::int64_t> StoresTable::count(TenantId tenant) {
  return number("SELECT COUNT(*) FROM stores WHERE tenant_id = ?", {tenant});
}

Result<std::vector<StoreRow>> StoresTable::due(UnixMs now, int count_max) {
  return rows(
      "WHERE auto_sync = 1 AND status = 'active' AND next_sync_at > 0 AND next_sync_at <= ? "
      "AND NOT EXISTS (SELECT 1 FROM store_syncs y WHERE y.store_id = stores.id "
      "AND y.status IN ('pending', 'processing')) ORDER BY next_sync_at, id LIMIT ?",
      {now, count_max});
}

Result<void> StoresTable::update(const StoreRow& row) {
  const auto& store = row.store;
  auto identity = identity_to_json(store.identity);
  auto collections = texts_to_json(store.scope.collections);
  auto states = states_to_json(store.scope.states);
  TRY_VOID(sql_.execute(
      "UPDATE stores SET address = ?, uses_rest = ?, token_sealed = ?, app_secret_sealed = ?, "
      "identity = ?, status = ?, error_message = ?, auto_sync = ?, interval_minutes = ?, "
      "collections = ?, states = ?, next_sync_at = ?, read_until = ?, has_webhooks = ?, "
      "updated_at = ?, refresh_sealed = ?, token_expires_at = ?, refresh_expires_at = ?, "
      "connected_at = ? WHERE id = ? AND tenant_id = ?",
      {row.address,
       store.uses_rest,
       row.token_sealed,
       row.app_secret_sealed,
       identity,
       to_string(store.status),
       utf8_prefix(store.error, error_bytes_max),
       store.schedule.is_automatic,
       store.schedule.interval_minutes,
       collections,
       states,
       store.next_sync_at,
       row.read_until,
       store.has_webhooks,
       store.updated_at,
       row.refresh_sealed,
       row.token_expires_at,
       row.refresh_expires_at,
       row.connected_at,
       store.id,
       store.tenant}));
  return {};
}

Result<void> StoresTable::set_status(TenantId tenant, StoreId id, StoreStatus status,
                                     std::string_view error, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE stores SET status = ?, error_message = ?, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ?",
                   {to_string(status), utf8_prefix(error, error_bytes_max), now, id, tenant}));
  return {};
}

Result<void> StoresTable::set_identity(TenantId tenant, StoreId id, const StoreIdentity& identity) {
  auto text = identity_to_json(identity);
  TRY_VOID(sql_.execute("UPDATE stores SET identity = ? WHERE id = ? AND tenant_id = ?",
                        {text, id, tenant}));
  return {};
}

Result<void> StoresTable::set_next_sync(TenantId tenant, StoreId id, UnixMs at) {
  TRY_VOID(sql_.execute("UPDATE stores SET next_sync_at = ? WHERE id = ? AND tenant_id = ?",
                        {at, id, tenant}));
  return {};
}

Result<void> StoresTable::set_webhooks(TenantId tenant, StoreId id, bool has_them) {
  TRY_VOID(sql_.execute("UPDATE stores SET has_webhooks = ? WHERE id = ? AND tenant_id = ?",
                        {has_them, id, tenant}));
  return {};
}

Result<void> StoresTable::finish_sync(TenantId tenant, StoreId id, UnixMs now, UnixMs read_until) {
  TRY_VOID(sql_.execute(
      "UPDATE stores SET last_sync_at = ?, read_until = CASE WHEN read_until > ? THEN read_until "
      "ELSE ? END, status = CASE WHEN status = 'error' THEN 'active' ELSE status END, "
      "error_message = '' WHERE id = ? AND tenant_id = ?",
      {now, read_until, read_until, id, tenant}));
  return {};
}

Result<bool> StoresTable::forget_token(TenantId tenant, StoreId id, UnixMs taken_back_at,
                                       std::string_view error, UnixMs now) {
  TRY(auto changed,
      sql_.execute(
          "UPDATE stores SET token_sealed = '', refresh_sealed = '', has_webhooks = 0, "
          "token_expires_at = 0, refresh_expires_at = 0, status = 'error', "
          "error_message = ?, updated_at = ? WHERE id = ? AND tenant_id = ? "
          "AND (? = 0 OR connected_at <= ?)",
          {utf8_prefix(error, error_bytes_max), now, id, tenant, taken_back_at, taken_back_at}));
  return changed == 1;
}

Result<std::int64_t> StoresTable::next_reading(TenantId tenant, StoreId id) {
  TRY(auto changed,
      sql_.execute("UPDATE stores SET reading = reading + 1 WHERE id = ? AND tenant_id = ?",
                   {id, tenant}));
  if (changed == 0) return no_such_store();
  return last_reading(tenant, id);
}

Result<std::int64_t> StoresTable::last_reading(TenantId tenant, StoreId id) {
  TRY(auto found, number("SELECT COALESCE(MAX(reading), -1) FROM stores WHERE id = ? "
                         "AND tenant_id = ?",
                         {id, tenant}));
  if (found < 0) return no_such_store();
  return found;
}

Result<std::int64_t> StoresTable::next_version(TenantId tenant, StoreId id) {
  TRY(auto changed,
      sql_.execute("UPDATE stores SET version = version + 1 WHERE id = ? AND tenant_id = ?",
                   {id, tenant}));
  if (changed == 0) return no_such_store();
  return number("SELECT version FROM stores WHERE id = ? AND tenant_id = ?", {id, tenant});
}

Result<bool> StoresTable::remove(TenantId tenant, StoreId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM stores WHERE id = ? AND tenant_id = ?", {id, tenant}));
  return removed == 1;
}

Result<void> StoresTable::insert_consent(const std::string& state_hash, const ConsentRow& row) {
  TRY_VOID(
      sql_.execute("INSERT INTO store_consents (state_hash, tenant_id, store_id, user_id, "
                   "created_at) VALUES (?, ?, ?, ?, ?)",
                   {state_hash, row.tenant, row.store, or_null(row.user), row.created_at}));
  return {};
}

Result<std::optional<ConsentRow>> StoresTable::take_consent(const std::string& state_hash) {
  std::optional<ConsentRow> found;
  TRY_VOID(sql_.query(
      "SELECT tenant_id, store_id, user_id, created_at FROM store_consents WHERE state_hash = ?",
      {state_hash}, [&found](const SqlRow& row) -> Result<void> {
        found = ConsentRow{.tenant = row.id<TenantId>(0),
                           .store = row.id<StoreId>(1),
                           .created_at = row.integer(3)};
        if (!row.is_null(2)) found->user = row.id<UserId>(2);
        return {};
      }));
  if (!found) return found;
  TRY(auto taken, sql_.execute("DELETE FROM store_consents WHERE state_hash = ?", {state_hash}));
  if (taken == 0) found.reset();
  return found;
}

Result<void> StoresTable::remove_consents_before(UnixMs instant) {
  TRY_VOID(sql_.execute("DELETE FROM store_consents WHERE created_at < ?", {instant}));
  return {};
}

Result<std::vector<StoreRow>> StoresTable::rows(std::string_view where,
                                                SqlSession::Parameters parameters) {
  std::vector<StoreRow> found;
  TRY_VOID(sql_.query(std::string(columns) + std::string(where), parameters,
                      [&found](const SqlRow& row) -> Result<void> {
                        found.push_back(read_row(row));
                        return {};
                      }));
  return found;
}

Result<std::int64_t> StoresTable::number(std::string_view sql, SqlSession::Parameters parameters) {
  std::int64_t found = 0;
  TRY_VOID(sql_.query(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
    found = row.integer(0);
    return {};
  }));
  return found;
}

}  // namespace aiva::commerce
