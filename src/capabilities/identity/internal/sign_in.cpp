#include "capabilities/identity/internal/sign_in.h"

#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/authentication.h"
#include "capabilities/identity/internal/email.h"
#include "capabilities/identity/internal/session_rows.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::identity {
namespace {

constexpr std::size_t refresh_token_bytes = 32;
constexpr std::size_t refresh_token_length_max = 200;

std::unexpected<Error> refuse_login() {
  return fail(ErrorCode::unauthenticated, "The e-mail address or the password is wrong");
}

std::unexpected<Error> refuse_refresh() {
  return fail(ErrorCode::unauthenticated, "The refresh token is not valid");
}

AuditEntry entry_of(const User& user, std::string action) {
  return {.tenant = user.tenant,
          .user = user.id,
          .actor = user.email,
          .action = std::move(action),
          .resource_type = "user",
          .resource_id = user.id.to_string()};
}

}  // namespace

bool SignIn::is_usable(const Secrets& secrets) const {
  return secrets.user.is_active && secrets.is_tenant_active &&
         secrets.locked_until <= core_.clock.unix_ms();
}

UnixMs SignIn::session_end() const {
  return core_.clock.unix_ms() + core_.settings.refresh_lifetime.count() * 1000;
}

Task<Result<SignedIn>> SignIn::login(CallContext context, Caller caller, Credentials credentials) {
  // Whatever is wrong, the hash is computed: the time must not tell what it was.
  auto email = normalize_email(credentials.email).value_or(std::string());
  auto finding = find(context, email);
  CO_TRY(auto secrets, co_await std::move(finding));
  auto stored = secrets ? secrets->password_hash : std::string();
  auto matching = core_.hasher.matches(context, credentials.password, std::move(stored));
  CO_TRY(bool is_match, co_await std::move(matching));
  if (!is_match || !secrets || !is_usable(*secrets)) {
    core_.logins_failed.add();
    auto noting = note_failure(context, std::move(caller), std::move(email), std::move(secrets));
    co_await std::move(noting);
    co_return refuse_login();
  }
  auto strengthening = stronger_hash(context, *secrets, std::move(credentials.password));
  CO_TRY(auto new_hash, co_await std::move(strengthening));
  auto opening = open_session(context, std::move(caller), std::move(*secrets), std::move(new_hash));
  auto signed_in = co_await std::move(opening);
  if (signed_in) core_.logins_succeeded.add();
  co_return signed_in;
}

Task<Result<std::optional<SignIn::Secrets>>> SignIn::find(CallContext context, std::string email) {
  auto reading =
      read(core_.database, context, [&](SqlSession& session) -> Result<std::optional<Secrets>> {
        return user_rows::find_secrets(session, email);
      });
  auto secrets = co_await std::move(reading);
  co_return secrets;
}

// The hash at today's cost when the stored one was made cheaper, else nothing.
Task<Result<std::string>> SignIn::stronger_hash(CallContext context, Secrets secrets,
                                                std::string password) {
  if (!core_.hasher.is_outdated(secrets.password_hash)) co_return std::string();
  auto hashing = core_.hasher.hash(context, std::move(password));
  auto hash = co_await std::move(hashing);
  co_return hash;
}

Task<void> SignIn::note_failure(CallContext context, Caller caller, std::string email,
                                std::optional<Secrets> secrets) {
  bool is_written = core_.failed_logins.take(core_.clock.unix_ms());
  bool is_counted = secrets && is_usable(*secrets);
  if (!is_written && !is_counted) co_return;
  AuditEntry entry{.actor = email, .action = "auth.login_failed"};
  if (secrets) entry = entry_of(secrets->user, "auth.login_failed");
  caller.principal = nullptr;
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    auto now = core_.clock.unix_ms();
    if (is_written) TRY_VOID(audit_rows::append(session, caller, entry, now));
    if (is_counted) TRY_VOID(count_failure(session, caller, secrets->user));
    return {};
  });
  auto noted = co_await std::move(writing);
  if (!noted) log::failure("a failed login was not noted", context, noted.error());
}

Result<void> SignIn::count_failure(SqlSession& session, const Caller& caller, const User& user) {
  auto now = core_.clock.unix_ms();
  user_rows::LockRule rule{.failed_logins_max = core_.settings.failed_logins_max,
                           .lock_ms = core_.settings.lock_time.count() * 1000};
  TRY(bool is_locked, user_rows::note_failure(session, user.id, rule, now));
  if (!is_locked) return {};
  return audit_rows::append(session, caller, entry_of(user, "auth.user_locked"), now);
}

Task<Result<SignedIn>> SignIn::open_session(CallContext context, Caller caller, Secrets secrets,
                                            std::string new_hash) {
  auto getting = core_.keys.current(context);
  CO_TRY(auto keys, co_await std::move(getting));
  auto now = core_.clock.unix_ms();
  auto refresh_token = random_token(refresh_token_bytes);
  session_rows::NewSession row{.id = SessionId::make(),
                               .user = secrets.user.id,
                               .tenant = secrets.user.tenant,
                               .ip = caller.ip,
                               .user_agent = caller.user_agent,
                               .created_at = now,
                               .expires_at = session_end()};
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    TRY(bool is_noted, user_rows::note_login(session, secrets, new_hash, now));
    if (!is_noted) return refuse_login();
    TRY_VOID(session_rows::insert(session, row));
    TRY_VOID(session_rows::add_refresh_token(session, row.id, hash_secret(refresh_token), now));
    return audit_rows::append(session, {.ip = caller.ip, .user_agent = caller.user_agent},
                              entry_of(secrets.user, "auth.login"), now);
  });
  CO_TRY_VOID(co_await std::move(writing));
  secrets.user.last_login_at = now;
  co_return sign(secrets.user, row.id, keys->front(), std::move(refresh_token));
}

SignedIn SignIn::sign(const User& user, SessionId session, const SigningKey& key,
                      std::string refresh_token) const {
  auto now_s = core_.clock.unix_ms() / 1000;
  AccessClaims claims{.user = user.id,
                      .email = user.email,
                      .role = user.role,
                      .tenant = user.tenant,
                      .session = session,
                      .issued_at_s = now_s,
                      .expires_at_s = now_s + core_.settings.token_lifetime.count()};
  return {.token = make_access_token(claims, key),
          .refresh_token = std::move(refresh_token),
          .expires_at = claims.expires_at_s * 1000,
          .user = user};
}

Task<Result<SignedIn>> SignIn::refresh(CallContext context, Caller caller,
                                       std::string refresh_token) {
  if (refresh_token.empty() || refresh_token.size() > refresh_token_length_max)
    co_return refuse_refresh();
  auto getting = core_.keys.current(context);
  CO_TRY(auto keys, co_await std::move(getting));
  auto next_token = random_token(refresh_token_bytes);
  auto old_hash = hash_secret(refresh_token);
  auto new_hash = hash_secret(next_token);
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<Refreshed> {
    return exchange(session, caller, old_hash, new_hash);
  });
  CO_TRY(auto refreshed, co_await std::move(writing));
  if (refreshed.is_stolen) {
    core_.forget(refreshed.user.id.uuid);
    co_return refuse_refresh();
  }
  co_return sign(refreshed.user, refreshed.session, keys->front(), std::move(next_token));
}

Result<SignIn::Refreshed> SignIn::exchange(SqlSession& session, const Caller& caller,
                                           const std::string& old_hash,
                                           const std::string& new_hash) {
  auto now = core_.clock.unix_ms();
  TRY(auto found, session_rows::find_refresh_token(session, old_hash, now));
  if (!found || !found->is_session_alive) return refuse_refresh();
  Refreshed refreshed{.is_stolen = found->is_used, .session = found->session, .user = found->user};
  if (found->is_used) {
    // Two parties hold one token: whoever is honest must sign in again.
    TRY_VOID(session_rows::revoke(session, found->session, now));
    TRY_VOID(audit_rows::append(session, {.ip = caller.ip, .user_agent = caller.user_agent},
                                entry_of(found->user, "auth.refresh_reused"), now));
    return refreshed;
  }
  TRY_VOID(session_rows::use_refresh_token(session, old_hash, found->session, now, session_end()));
  TRY_VOID(session_rows::add_refresh_token(session, found->session, new_hash, now));
  return refreshed;
}

Task<Result<void>> SignIn::logout(CallContext context, Caller caller) {
  CO_TRY_VOID(require_signed_in(caller));
  auto principal = caller.principal;
  if (principal->session.is_nil())
    co_return fail(ErrorCode::invalid, "An API key has no session to end; revoke the key instead");
  auto now = core_.clock.unix_ms();
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    TRY_VOID(session_rows::revoke(session, principal->session, now));
    return audit_rows::append(session, caller, {.action = "auth.logout"}, now);
  });
  CO_TRY_VOID(co_await std::move(writing));
  core_.forget(principal->user.uuid);
  co_return Result<void>();
}

}  // namespace aiva::identity
