#include "capabilities/identity/internal/api_key_rows.h"

#include <algorithm>
#include <array>

#include "capabilities/identity/internal/sql_filter.h"

namespace aiva::identity::api_key_rows {
namespace {

constexpr std::string_view columns =
    "k.id, k.tenant_id, k.name, k.prefix, k.scopes, k.requests_per_minute_max, k.created_by, "
    "k.created_at, k.expires_at, k.last_used_at, k.revoked_at";
constexpr int column_count = 11;

std::string join_scopes(PermissionSet scopes) {
  std::string text;
  for (auto name : names_of(scopes)) text.append(text.empty() ? "" : " ").append(name);
  return text;
}

PermissionSet parse_scopes(std::string_view text) {
  PermissionSet scopes;
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    if (auto permission = parse_permission(text.substr(0, end))) scopes.add(*permission);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

std::optional<UnixMs> instant(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

ApiKey read_row(const SqlRow& row) {
  ApiKey key{.id = row.id<ApiKeyId>(0),
             .tenant = row.id<TenantId>(1),
             .name = std::string(row.text(2)),
             .prefix = std::string(row.text(3)),
             .scopes = parse_scopes(row.text(4)),
             .requests_per_minute_max = row.integer(5),
             .created_at = row.integer(7),
             .expires_at = instant(row, 8),
             .last_used_at = instant(row, 9),
             .revoked_at = instant(row, 10)};
  if (!row.is_null(6)) key.created_by = row.id<UserId>(6);
  return key;
}

}  // namespace

Result<void> insert(SqlSession& session, const ApiKey& key, const std::string& key_hash) {
  auto scopes = join_scopes(key.scopes);
  TRY_VOID(session.execute(
      "INSERT INTO api_keys (id, tenant_id, name, prefix, key_hash, scopes, "
      "requests_per_minute_max, created_by, created_at, expires_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {key.id, key.tenant, key.name, key.prefix, key_hash, scopes, key.requests_per_minute_max,
       key.created_by, key.created_at, key.expires_at}));
  return {};
}

Result<std::optional<StoredKey>> find(SqlSession& session, ApiKeyId id) {
  std::optional<StoredKey> found;
  std::string sql("SELECT ");
  sql.append(columns).append(", k.key_hash FROM api_keys k WHERE k.id = ?");
  TRY_VOID(session.query(sql, {id}, [&found](const SqlRow& row) -> Result<void> {
    found = StoredKey{.key = read_row(row), .key_hash = std::string(row.text(column_count))};
    return {};
  }));
  return found;
}

Result<PageOf<ApiKey>> list(SqlSession& session, TenantId tenant, PageRequest page) {
  SqlFilter where;
  where.add("k.tenant_id = ?", tenant);
  PageOf<ApiKey> keys;
  TRY(keys.total,
      query_number(session, "SELECT count(*) FROM api_keys k" + where.where(), where.parameters()));
  where.add_position("(k.created_at, k.id)", page.after);
  std::string sql("SELECT ");
  sql.append(columns).append(" FROM api_keys k").append(where.where());
  sql += " ORDER BY k.created_at DESC, k.id DESC LIMIT ? OFFSET ?";
  TRY_VOID(session.query_span(sql, where.with_page(page.page, page.limit),
                              [&keys](const SqlRow& row) -> Result<void> {
                                keys.items.push_back(read_row(row));
                                return {};
                              }));
  return keys;
}

Result<std::int64_t> count_live(SqlSession& session, TenantId tenant, UnixMs now) {
  std::array<SqlValue, 2> parameters{tenant, now};
  return query_number(session,
                      "SELECT count(*) FROM api_keys WHERE tenant_id = ? AND revoked_at IS NULL "
                      "AND (expires_at IS NULL OR expires_at > ?)",
                      parameters);
}

Result<void> revoke(SqlSession& session, ApiKeyId id, UnixMs now) {
  TRY_VOID(session.execute("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                           {now, id}));
  return {};
}

Result<std::optional<LiveKey>> find_live(SqlSession& session, const std::string& key_hash,
                                         UnixMs now) {
  std::optional<LiveKey> found;
  std::string sql("SELECT ");
  sql.append(columns);
  sql +=
      ", t.requests_per_minute_max FROM api_keys k JOIN tenants t ON t.id = k.tenant_id "
      "WHERE k.key_hash = ? AND k.revoked_at IS NULL "
      "AND (k.expires_at IS NULL OR k.expires_at > ?) AND t.is_active = 1";
  TRY_VOID(session.query(sql, {key_hash, now}, [&found](const SqlRow& row) -> Result<void> {
    found =
        LiveKey{.key = read_row(row), .tenant_requests_per_minute_max = row.integer(column_count)};
    return {};
  }));
  return found;
}

Result<void> note_use(SqlSession& session, ApiKeyId id, UnixMs now) {
  TRY_VOID(session.execute("UPDATE api_keys SET last_used_at = ? WHERE id = ?", {now, id}));
  return {};
}

}  // namespace aiva::identity::api_key_rows
