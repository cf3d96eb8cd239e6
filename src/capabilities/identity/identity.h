#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/identity/api_keys.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/identity/directory.h"
#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/signals.h"

namespace aiva::identity {

struct Credentials {
  std::string email{};
  std::string password{};
};

// What a successful sign-in hands out; both tokens are shown this once.
struct SignedIn {
  std::string token;          // JWT for the Authorization header
  std::string refresh_token;  // opaque; exchanged once for the next pair
  UnixMs expires_at = 0;      // of `token`
  User user;
};

struct Registration {
  std::string email{};
  std::string password{};
  std::string name{};
  TenantId tenant{};           // nil: the caller's own
  std::optional<Role> role{};  // only for callers with users.write
};

struct FirstAdmin {
  TenantId tenant{};
  UserId user{};
  std::string email{};
  std::string password;  // shown once; only its hash is stored
};

// Who is calling, and how they prove it. Every failed proof reads the same, whatever was wrong.
class Identity {
 public:
  virtual ~Identity() = default;

  // Signs a user in by password. `unauthenticated` for every kind of mismatch (unknown, wrong,
  // inactive, locked), in the same time; `unavailable` when too many wait for the hash.
  virtual Task<Result<SignedIn>> login(CallContext context, Caller caller,
                                       Credentials credentials) = 0;
  // Adds a user. Nobody signed in: only into a tenant that allows it (else `forbidden`), as client,
  // and an address that is taken is answered like a new one without any effect. With users.write:
  // any role within the caller's rights, and `conflict` for a taken address.
  virtual Task<Result<User>> register_user(CallContext context, Caller caller,
                                           Registration registration) = 0;
  // Exchanges a refresh token for the next pair. A token that was used before ends its session.
  virtual Task<Result<SignedIn>> refresh(CallContext context, Caller caller,
                                         std::string refresh_token) = 0;
  // Ends the caller's session: its access and refresh tokens are worth nothing from now on.
  virtual Task<Result<void>> logout(CallContext context, Caller caller) = 0;
  // Who holds this access token or API key. Answers from memory for up to five seconds, without
  // suspending. `secret` is borrowed until the task is done.
  virtual Task<Result<PrincipalPointer>> authenticate(CallContext context,
                                                      std::string_view secret) = 0;
  // The caller's own user; `not_found` for an API key.
  virtual Task<Result<User>> me(CallContext context, Caller caller) = 0;

  // Signs with a new key from now on; tokens of older keys stay valid until they expire.
  virtual Task<Result<void>> rotate_signing_key(CallContext context, Caller caller) = 0;
  // When there are no users at all: makes the tenant "Default" and a super_admin in it.
  virtual Task<Result<std::optional<FirstAdmin>>> ensure_first_admin(CallContext context,
                                                                     std::string email) = 0;
  // Deletes a bounded number of expired sessions, retired keys and old audit entries; says how many
  // rows went. For the hourly housekeeping.
  virtual Task<Result<std::int64_t>> remove_expired(CallContext context) = 0;

  virtual Directory& directory() = 0;
  virtual ApiKeys& api_keys() = 0;
  virtual AuditLog& audit_log() = 0;
};

struct IdentitySettings {
  std::string master_key;                      // 32 bytes; seals the signing keys in their table
  std::vector<std::string> signing_secrets{};  // ≥ 32 bytes each, newest first; empty: the table
  std::chrono::seconds token_lifetime{24 * 3600};
  std::chrono::seconds refresh_lifetime{30 * 24 * 3600};
  int bcrypt_cost = 10;            // 10…14
  std::size_t bcrypt_threads = 0;  // 0: one per core
  int failed_logins_max = 20;      // in a row; then the account is locked. 0: never
  std::chrono::seconds lock_time{15 * 60};
  int failed_logins_written_per_minute_max = 120;  // into the audit log; the metric counts all
  std::size_t cached_principals_max = 20000;
  std::int64_t users_per_tenant_max = 100'000;
  std::int64_t api_keys_per_tenant_max = 500;
  std::chrono::hours audit_kept{24 * 400};
};

// What identity needs of the world; everything is borrowed.
struct IdentityParts {
  Database& database;
  const Clock& clock;
  Metrics& metrics;
  Signals* signals = nullptr;  // to other processes and from them; null: they are not told
};

// Fails with `invalid` when a setting is out of range.
Result<std::unique_ptr<Identity>> make_identity(IdentityParts parts, IdentitySettings settings);

}  // namespace aiva::identity
