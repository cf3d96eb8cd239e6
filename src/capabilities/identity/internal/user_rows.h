#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/directory.h"
#include "capabilities/identity/types.h"
#include "foundation/result.h"
#include "ports/database.h"

// The statements over the table `users`.
namespace aiva::identity::user_rows {

// A user with what only the sign-in may see.
struct UserSecrets {
  User user;
  std::string password_hash;
  UnixMs password_changed_at = 0;
  int failed_logins = 0;
  UnixMs locked_until = 0;
  bool is_tenant_active = false;
};

Result<void> insert(SqlSession& session, const User& user, const std::string& password_hash);
Result<std::optional<User>> find(SqlSession& session, UserId id);
Result<std::optional<UserSecrets>> find_secrets(SqlSession& session, UserId id);
Result<std::optional<UserSecrets>> find_secrets(SqlSession& session, const std::string& email);
Result<bool> is_email_taken(SqlSession& session, const std::string& email);
Result<std::int64_t> count(SqlSession& session, TenantId tenant);
// Of all tenants when none is given.
Result<PageOf<User>> list(SqlSession& session, std::optional<TenantId> tenant,
                          const UserFilter& filter);
// Writes e-mail address, name, role, activity and the time of the change.
Result<void> update(SqlSession& session, const User& user);
Result<void> unlock(SqlSession& session, UserId id);
Result<void> set_password(SqlSession& session, UserId id, const std::string& hash, UnixMs now);

// Notes a successful login; says false when the user was deactivated or given another password
// since the secrets were read. `new_hash` replaces the hash when it is not empty.
Result<bool> note_login(SqlSession& session, const UserSecrets& secrets,
                        const std::string& new_hash, UnixMs now);
struct LockRule {
  int failed_logins_max = 0;
  UnixMs lock_ms = 0;
};
// Counts a failed login and locks the user when it was one too many; says whether it did.
Result<bool> note_failure(SqlSession& session, UserId id, const LockRule& rule, UnixMs now);

}  // namespace aiva::identity::user_rows
