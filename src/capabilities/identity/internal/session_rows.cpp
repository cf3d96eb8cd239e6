#include "capabilities/identity/internal/session_rows.h"

#include <vector>

namespace aiva::identity::session_rows {
namespace {

constexpr UnixMs used_tokens_kept_ms = UnixMs{7} * 24 * 3600 * 1000;

// Columns 0 to 5.
constexpr std::string_view user_columns = "u.id, u.tenant_id, u.email, u.name, u.role, t.name, ";
constexpr int first_other_column = 6;

User read_user(const SqlRow& row) {
  return {.id = row.id<UserId>(0),
          .tenant = row.id<TenantId>(1),
          .tenant_name = std::string(row.text(5)),
          .email = std::string(row.text(2)),
          .name = std::string(row.text(3)),
          .role = parse_role(row.text(4)).value_or(Role::client)};
}

}  // namespace

Result<void> insert(SqlSession& session, const NewSession& row) {
  TRY_VOID(session.execute(
      "INSERT INTO user_sessions (id, user_id, tenant_id, ip, user_agent, created_at, "
      "last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {row.id, row.user, row.tenant, row.ip, row.user_agent, row.created_at, row.created_at,
       row.expires_at}));
  return {};
}

Result<void> add_refresh_token(SqlSession& session, SessionId id, const std::string& token_hash,
                               UnixMs now) {
  TRY_VOID(session.execute(
      "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES (?, ?, ?)",
      {token_hash, id, now}));
  return {};
}

Result<std::optional<RefreshToken>> find_refresh_token(SqlSession& session,
                                                       const std::string& token_hash, UnixMs now) {
  std::optional<RefreshToken> found;
  std::string sql("SELECT ");
  sql.append(user_columns);
  sql +=
      "s.id, r.used_at IS NOT NULL, s.revoked_at IS NULL AND s.expires_at > ? "
      "AND u.is_active = 1 AND t.is_active = 1 FROM refresh_tokens r "
      "JOIN user_sessions s ON s.id = r.session_id JOIN users u ON u.id = s.user_id "
      "JOIN tenants t ON t.id = u.tenant_id WHERE r.token_hash = ?";
  TRY_VOID(session.query(sql, {now, token_hash}, [&found](const SqlRow& row) -> Result<void> {
    found = RefreshToken{.session = row.id<SessionId>(first_other_column),
                         .is_used = row.integer(first_other_column + 1) != 0,
                         .is_session_alive = row.integer(first_other_column + 2) != 0,
                         .user = read_user(row)};
    return {};
  }));
  return found;
}

Result<void> use_refresh_token(SqlSession& session, const std::string& token_hash, SessionId id,
                               UnixMs now, UnixMs expires_at) {
  TRY_VOID(session.execute("UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ?",
                           {now, token_hash}));
  TRY_VOID(session.execute("DELETE FROM refresh_tokens WHERE session_id = ? AND used_at < ?",
                           {id, now - used_tokens_kept_ms}));
  TRY_VOID(session.execute("UPDATE user_sessions SET last_used_at = ?, expires_at = ? WHERE id = ?",
                           {now, expires_at, id}));
  return {};
}

Result<std::optional<LiveSession>> find_live(SqlSession& session, SessionId id, UserId user,
                                             UnixMs now) {
  std::optional<LiveSession> found;
  std::string sql("SELECT ");
  sql.append(user_columns);
  sql +=
      "t.requests_per_minute_max FROM user_sessions s JOIN users u ON u.id = s.user_id "
      "JOIN tenants t ON t.id = u.tenant_id WHERE s.id = ? AND s.user_id = ? "
      "AND s.revoked_at IS NULL AND s.expires_at > ? AND u.is_active = 1 AND t.is_active = 1";
  TRY_VOID(session.query(sql, {id, user, now}, [&found](const SqlRow& row) -> Result<void> {
    found = LiveSession{.user = read_user(row),
                        .requests_per_minute_max = row.integer(first_other_column)};
    return {};
  }));
  return found;
}

Result<void> revoke(SqlSession& session, SessionId id, UnixMs now) {
  TRY_VOID(session.execute(
      "UPDATE user_sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", {now, id}));
  return {};
}

Result<void> revoke_all(SqlSession& session, UserId user, SessionId except, UnixMs now) {
  TRY_VOID(
      session.execute("UPDATE user_sessions SET revoked_at = ? "
                      "WHERE user_id = ? AND id <> ? AND revoked_at IS NULL",
                      {now, user, except}));
  return {};
}

Result<std::int64_t> remove_ended(SqlSession& session, UnixMs now, int count_max) {
  std::vector<std::string> ended;
  TRY_VOID(session.query("SELECT id FROM user_sessions WHERE expires_at < ? LIMIT ?",
                         {now, count_max}, [&ended](const SqlRow& row) -> Result<void> {
                           ended.emplace_back(row.text(0));
                           return {};
                         }));
  for (const auto& id : ended) {
    TRY_VOID(session.execute("DELETE FROM refresh_tokens WHERE session_id = ?", {id}));
    TRY_VOID(session.execute("DELETE FROM user_sessions WHERE id = ?", {id}));
  }
  return static_cast<std::int64_t>(ended.size());
}

}  // namespace aiva::identity::session_rows
