#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/internal/user_rows.h"
#include "capabilities/identity/types.h"
#include "foundation/result.h"
#include "ports/database.h"

// The statements over the tables `user_sessions` and `refresh_tokens`.
namespace aiva::identity::session_rows {

struct NewSession {
  SessionId id{};
  UserId user{};
  TenantId tenant{};
  std::string ip;
  std::string user_agent;
  UnixMs created_at = 0;
  UnixMs expires_at = 0;
};
Result<void> insert(SqlSession& session, const NewSession& row);
Result<void> add_refresh_token(SqlSession& session, SessionId id, const std::string& token_hash,
                               UnixMs now);

// A refresh token with the session and user it belongs to.
struct RefreshToken {
  SessionId session{};
  bool is_used = false;
  bool is_session_alive = false;
  User user;
};
Result<std::optional<RefreshToken>> find_refresh_token(SqlSession& session,
                                                       const std::string& token_hash, UnixMs now);
// Marks the token used, prolongs its session, and forgets tokens used more than a week ago.
Result<void> use_refresh_token(SqlSession& session, const std::string& token_hash, SessionId id,
                               UnixMs now, UnixMs expires_at);

// The user of a session that is neither revoked nor expired, while both user and tenant are active.
struct LiveSession {
  User user;
  std::int64_t requests_per_minute_max = 0;
};
Result<std::optional<LiveSession>> find_live(SqlSession& session, SessionId id, UserId user,
                                             UnixMs now);

Result<void> revoke(SqlSession& session, SessionId id, UnixMs now);
// All sessions of a user, except one (nil: none).
Result<void> revoke_all(SqlSession& session, UserId user, SessionId except, UnixMs now);
// Deletes up to `count_max` ended sessions with their tokens.
Result<std::int64_t> remove_ended(SqlSession& session, UnixMs now, int count_max);

}  // namespace aiva::identity::session_rows
