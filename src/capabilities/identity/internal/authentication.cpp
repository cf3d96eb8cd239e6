#include "capabilities/identity/internal/authentication.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "capabilities/identity/internal/api_key_rows.h"
#include "capabilities/identity/internal/session_rows.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::identity {
namespace {

constexpr std::size_t secret_bytes_max = 4096;
constexpr UnixMs use_noted_every_ms = 3600 * 1000;

std::unexpected<Error> refuse_token() {
  return fail(ErrorCode::unauthenticated, "The access token is not valid");
}

PrincipalPointer principal_of(const session_rows::LiveSession& live, SessionId session) {
  const auto& user = live.user;
  return std::make_shared<const Principal>(
      Principal{.tenant = user.tenant,
                .user = user.id,
                .session = session,
                .role = user.role,
                .permissions = permissions_of(user.role),
                .email = user.email,
                .name = user.name,
                .requests_per_minute_max = live.requests_per_minute_max});
}

// A key acts as an administrator of its tenant, within its scopes.
PrincipalPointer principal_of(const api_key_rows::LiveKey& live) {
  const auto& key = live.key;
  auto limit = key.requests_per_minute_max > 0 ? key.requests_per_minute_max
                                               : live.tenant_requests_per_minute_max;
  return std::make_shared<const Principal>(
      Principal{.tenant = key.tenant,
                .api_key = key.id,
                .role = Role::admin,
                .permissions = key.scopes.intersect(permissions_of_keys()),
                .name = key.name,
                .requests_per_minute_max = limit});
}

// What is not found may be newer than the rows near by: it was made by another process just now.
template <class Function>
Task<std::invoke_result_t<Function&, SqlSession&>> find_now(Database& database, CallContext context,
                                                            Function find) {
  auto near = read(database, context, find);
  auto found = co_await std::move(near);
  if (!found || *found) co_return found;
  auto latest = read_latest(database, context, find);
  auto outcome = co_await std::move(latest);
  co_return outcome;
}

}  // namespace

std::string hash_secret(std::string_view secret) { return to_hex(sha256(secret)); }

Uuid key_owner(std::string_view key_hash) {
  auto digest = sha256(key_hash);
  Uuid owner;
  std::copy_n(digest.begin(), owner.bytes.size(), owner.bytes.begin());
  return owner;
}

Task<Result<PrincipalPointer>> Authentication::authenticate(CallContext context,
                                                            std::string_view secret) {
  if (auto known = core_.access.find(secret, core_.clock.unix_ms())) co_return known;
  if (secret.empty() || secret.size() > secret_bytes_max) co_return refuse_token();
  bool is_api_key = secret.starts_with(api_key_mark);
  auto finding = is_api_key ? by_api_key(context, secret) : by_token(context, secret);
  auto principal = co_await std::move(finding);
  co_return principal;
}

Task<Result<PrincipalPointer>> Authentication::by_token(CallContext context,
                                                        std::string_view token) {
  auto now = core_.clock.unix_ms();
  auto getting = core_.keys.current(context);
  CO_TRY(auto keys, co_await std::move(getting));
  auto kid = key_id_of(token);
  if (kid.empty()) co_return refuse_token();
  if (std::ranges::find(*keys, kid, &SigningKey::kid) == keys->end()) {
    auto looking = core_.keys.refreshed(context);
    CO_TRY(keys, co_await std::move(looking));
  }
  CO_TRY(auto claims, verify_access_token(token, *keys, now / 1000));

  auto stamp = core_.access.stamp_of(claims.user.uuid);
  auto reading =
      find_now(core_.database, context,
               [&](SqlSession& session) -> Result<std::optional<session_rows::LiveSession>> {
                 return session_rows::find_live(session, claims.session, claims.user, now);
               });
  CO_TRY(auto live, co_await std::move(reading));
  if (!live) co_return refuse_token();
  auto principal = principal_of(*live, claims.session);
  core_.access.put(
      token, principal,
      {.owner = claims.user.uuid, .stamp = stamp, .expires_at = claims.expires_at_s * 1000});
  co_return principal;
}

Task<Result<PrincipalPointer>> Authentication::by_api_key(CallContext context,
                                                          std::string_view secret) {
  auto now = core_.clock.unix_ms();
  auto hash = hash_secret(secret);
  auto owner = key_owner(hash);
  auto stamp = core_.access.stamp_of(owner);
  auto reading = find_now(core_.database, context,
                          [&](SqlSession& session) -> Result<std::optional<api_key_rows::LiveKey>> {
                            return api_key_rows::find_live(session, hash, now);
                          });
  CO_TRY(auto live, co_await std::move(reading));
  if (!live) co_return fail(ErrorCode::unauthenticated, "The API key is not valid");
  auto principal = principal_of(*live);
  auto noting = note_use(context, live->key);
  co_await std::move(noting);
  core_.access.put(
      secret, principal,
      {.owner = owner, .stamp = stamp, .expires_at = live->key.expires_at.value_or(INT64_MAX)});
  co_return principal;
}

Task<void> Authentication::note_use(CallContext context, ApiKey key) {
  auto now = core_.clock.unix_ms();
  if (key.last_used_at && now - *key.last_used_at < use_noted_every_ms) co_return;
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    return api_key_rows::note_use(session, key.id, now);
  });
  auto noted = co_await std::move(writing);
  if (!noted) log::failure("the use of an API key was not noted", context, noted.error());
}

}  // namespace aiva::identity
