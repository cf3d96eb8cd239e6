#include "capabilities/identity/internal/user_rows.h"

#include <array>

#include "capabilities/identity/internal/sql_filter.h"

namespace aiva::identity::user_rows {
namespace {

constexpr std::string_view select =
    "SELECT u.id, u.tenant_id, t.name, u.email, u.name, u.role, u.is_active, u.last_login_at, "
    "u.created_at, u.updated_at FROM users u JOIN tenants t ON t.id = u.tenant_id";
constexpr std::string_view select_secrets =
    "SELECT u.id, u.tenant_id, t.name, u.email, u.name, u.role, u.is_active, u.last_login_at, "
    "u.created_at, u.updated_at, u.password_hash, u.password_changed_at, u.failed_logins, "
    "u.locked_until, t.is_active FROM users u JOIN tenants t ON t.id = u.tenant_id";

User read_row(const SqlRow& row) {
  User user{.id = row.id<UserId>(0),
            .tenant = row.id<TenantId>(1),
            .tenant_name = std::string(row.text(2)),
            .email = std::string(row.text(3)),
            .name = std::string(row.text(4)),
            .role = parse_role(row.text(5)).value_or(Role::client),
            .is_active = row.integer(6) != 0,
            .created_at = row.integer(8),
            .updated_at = row.integer(9)};
  if (!row.is_null(7)) user.last_login_at = row.integer(7);
  return user;
}

Result<std::optional<UserSecrets>> find_secrets_where(SqlSession& session,
                                                      std::string_view condition,
                                                      const SqlValue& value) {
  std::optional<UserSecrets> found;
  TRY_VOID(session.query(std::string(select_secrets).append(condition), {value},
                         [&found](const SqlRow& row) -> Result<void> {
                           found = UserSecrets{.user = read_row(row),
                                               .password_hash = std::string(row.text(10)),
                                               .password_changed_at = row.integer(11),
                                               .failed_logins = static_cast<int>(row.integer(12)),
                                               .locked_until = row.integer(13),
                                               .is_tenant_active = row.integer(14) != 0};
                           return {};
                         }));
  return found;
}

}  // namespace

Result<void> insert(SqlSession& session, const User& user, const std::string& password_hash) {
  TRY_VOID(session.execute(
      "INSERT INTO users (id, tenant_id, email, password_hash, password_changed_at, name, role, "
      "is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {user.id, user.tenant, user.email, password_hash, user.created_at, user.name,
       to_string(user.role), user.is_active, user.created_at, user.updated_at}));
  return {};
}

Result<std::optional<User>> find(SqlSession& session, UserId id) {
  std::optional<User> found;
  TRY_VOID(session.query(std::string(select) + " WHERE u.id = ?", {id},
                         [&found](const SqlRow& row) -> Result<void> {
                           found = read_row(row);
                           return {};
                         }));
  return found;
}

Result<std::optional<UserSecrets>> find_secrets(SqlSession& session, UserId id) {
  return find_secrets_where(session, " WHERE u.id = ?", id);
}

Result<std::optional<UserSecrets>> find_secrets(SqlSession& session, const std::string& email) {
  return find_secrets_where(session, " WHERE u.email = ?", email);
}

Result<bool> is_email_taken(SqlSession& session, const std::string& email) {
  std::array<SqlValue, 1> parameters{email};
  TRY(auto found, query_number(session, "SELECT 1 FROM users WHERE email = ?", parameters));
  return found == 1;
}

Result<std::int64_t> count(SqlSession& session, TenantId tenant) {
  std::array<SqlValue, 1> parameters{tenant};
  return query_number(session, "SELECT count(*) FROM users WHERE tenant_id = ?", parameters);
}

Result<PageOf<User>> list(SqlSession& session, std::optional<TenantId> tenant,
                          const UserFilter& filter) {
  SqlFilter where;
  auto pattern = contains_pattern(filter.search);
  if (tenant) where.add("u.tenant_id = ?", *tenant);
  if (!filter.search.empty())
    where.add("(LOWER(u.name) LIKE LOWER(?) ESCAPE '!' OR LOWER(u.email) LIKE LOWER(?) ESCAPE '!')",
              pattern, pattern);
  if (filter.role) where.add("u.role = ?", to_string(*filter.role));
  if (filter.is_active) where.add("u.is_active = ?", *filter.is_active);
  PageOf<User> page;
  TRY(page.total,
      query_number(session, "SELECT count(*) FROM users u" + where.where(), where.parameters()));
  where.add_position("(u.created_at, u.id)", filter.page.after);
  TRY_VOID(session.query_span(std::string(select) + where.where() +
                                  " ORDER BY u.created_at DESC, u.id DESC LIMIT ? OFFSET ?",
                              where.with_page(filter.page.page, filter.page.limit),
                              [&page](const SqlRow& row) -> Result<void> {
                                page.items.push_back(read_row(row));
                                return {};
                              }));
  return page;
}

Result<void> update(SqlSession& session, const User& user) {
  TRY_VOID(session.execute(
      "UPDATE users SET email = ?, name = ?, role = ?, is_active = ?, updated_at = ? WHERE id = ?",
      {user.email, user.name, to_string(user.role), user.is_active, user.updated_at, user.id}));
  return {};
}

Result<void> unlock(SqlSession& session, UserId id) {
  TRY_VOID(
      session.execute("UPDATE users SET failed_logins = 0, locked_until = 0 WHERE id = ?", {id}));
  return {};
}

Result<void> set_password(SqlSession& session, UserId id, const std::string& hash, UnixMs now) {
  TRY_VOID(
      session.execute("UPDATE users SET password_hash = ?, password_changed_at = ?, "
                      "updated_at = ?, failed_logins = 0, locked_until = 0 WHERE id = ?",
                      {hash, now, now, id}));
  return {};
}

Result<bool> note_login(SqlSession& session, const UserSecrets& secrets,
                        const std::string& new_hash, UnixMs now) {
  std::string_view hash = new_hash.empty() ? secrets.password_hash : new_hash;
  TRY(auto changed,
      session.execute(
          "UPDATE users SET last_login_at = ?, failed_logins = 0, locked_until = 0, "
          "password_hash = CASE WHEN password_hash = ? THEN ? ELSE password_hash END "
          "WHERE id = ? AND is_active = 1 AND password_changed_at = ?",
          {now, secrets.password_hash, hash, secrets.user.id, secrets.password_changed_at}));
  return changed == 1;
}

Result<bool> note_failure(SqlSession& session, UserId id, const LockRule& rule, UnixMs now) {
  if (rule.failed_logins_max == 0) return false;
  TRY_VOID(
      session.execute("UPDATE users SET failed_logins = failed_logins + 1 WHERE id = ?", {id}));
  TRY(auto locked, session.execute("UPDATE users SET locked_until = ?, failed_logins = 0 "
                                   "WHERE id = ? AND failed_logins >= ?",
                                   {now + rule.lock_ms, id, rule.failed_logins_max}));
  return locked == 1;
}

}  // namespace aiva::identity::user_rows
