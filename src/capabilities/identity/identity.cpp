#include "capabilities/identity/identity.h"

#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/authentication.h"
#include "capabilities/identity/internal/core.h"
#include "capabilities/identity/internal/enrolment.h"
#include "capabilities/identity/internal/parts.h"
#include "capabilities/identity/internal/session_rows.h"
#include "capabilities/identity/internal/sign_in.h"
#include "capabilities/identity/internal/user_rows.h"
#include "foundation/secret_box.h"

namespace aiva::identity {
namespace {

constexpr std::size_t signing_secret_bytes_min = 32;
constexpr int bcrypt_cost_min = 10;
constexpr int bcrypt_cost_max = 14;
constexpr int rows_removed_at_once_max = 500;

class IdentityParties final : public Identity {
 public:
  IdentityParties(IdentityParts parts, IdentitySettings settings)
      : core_(parts, std::move(settings)),
        authentication_(core_),
        sign_in_(core_),
        enrolment_(core_),
        directory_(make_directory(core_)),
        api_keys_(make_api_keys(core_)),
        audit_log_(make_audit_log(core_)) {}

  Task<Result<SignedIn>> login(CallContext context, Caller caller,
                               Credentials credentials) override {
    return sign_in_.login(context, std::move(caller), std::move(credentials));
  }
  Task<Result<User>> register_user(CallContext context, Caller caller,
                                   Registration registration) override {
    return enrolment_.register_user(context, std::move(caller), std::move(registration));
  }
  Task<Result<SignedIn>> refresh(CallContext context, Caller caller,
                                 std::string refresh_token) override {
    return sign_in_.refresh(context, std::move(caller), std::move(refresh_token));
  }
  Task<Result<void>> logout(CallContext context, Caller caller) override {
    return sign_in_.logout(context, std::move(caller));
  }
  Task<Result<PrincipalPointer>> authenticate(CallContext context,
                                              std::string_view secret) override {
    return authentication_.authenticate(context, secret);
  }
  Task<Result<std::optional<FirstAdmin>>> ensure_first_admin(CallContext context,
                                                             std::string email) override {
    return enrolment_.ensure_first_admin(context, std::move(email));
  }

  Task<Result<User>> me(CallContext context, Caller caller) override {
    CO_TRY_VOID(require_signed_in(caller));
    auto id = caller.principal->user;
    auto reading = read(core_.database, context, [&](SqlSession& session) -> Result<User> {
      TRY(auto found, user_rows::find(session, id));
      if (!found) return fail(ErrorCode::not_found, "An API key belongs to no user");
      return std::move(*found);
    });
    auto user = co_await std::move(reading);
    co_return user;
  }

  Task<Result<void>> rotate_signing_key(CallContext context, Caller caller) override {
    CO_TRY_VOID(require(caller, Permission::tenants_manage));
    auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
      TRY_VOID(core_.keys.rotate(session));
      return audit_rows::append(session, caller, {.action = "auth.signing_key_rotated"},
                                core_.clock.unix_ms());
    });
    CO_TRY_VOID(co_await std::move(writing));
    core_.keys.expire();
    co_return Result<void>();
  }

  Task<Result<std::int64_t>> remove_expired(CallContext context) override {
    auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<std::int64_t> {
      auto now = core_.clock.unix_ms();
      auto oldest = now - std::chrono::milliseconds(core_.settings.audit_kept).count();
      TRY(auto sessions, session_rows::remove_ended(session, now, rows_removed_at_once_max));
      TRY(auto entries, audit_rows::remove_old(session, oldest, rows_removed_at_once_max));
      TRY(auto keys, session.execute("DELETE FROM signing_keys WHERE retires_at < ?", {now}));
      return sessions + entries + keys;
    });
    auto removed = co_await std::move(writing);
    co_return removed;
  }

  Directory& directory() override { return *directory_; }
  ApiKeys& api_keys() override { return *api_keys_; }
  AuditLog& audit_log() override { return *audit_log_; }

 private:
  Core core_;
  Authentication authentication_;
  SignIn sign_in_;
  Enrolment enrolment_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<ApiKeys> api_keys_;
  std::unique_ptr<AuditLog> audit_log_;
};

Result<void> check(const IdentitySettings& settings) {
  FieldMistakes mistakes;
  if (settings.master_key.size() != secret_box_key_size)
    mistakes.add("master_key", "must have 32 bytes");
  for (const auto& secret : settings.signing_secrets)
    if (secret.size() < signing_secret_bytes_min)
      mistakes.add("signing_secrets", "must have at least 32 bytes each");
  if (settings.bcrypt_cost < bcrypt_cost_min || settings.bcrypt_cost > bcrypt_cost_max)
    mistakes.add("bcrypt_cost", "must be between 10 and 14");
  if (settings.token_lifetime.count() < 60)
    mistakes.add("token_lifetime", "must be at least a minute");
  if (settings.refresh_lifetime < settings.token_lifetime)
    mistakes.add("refresh_lifetime", "must not be shorter than token_lifetime");
  return mistakes.finish();
}

}  // namespace

Result<std::unique_ptr<Identity>> make_identity(IdentityParts parts, IdentitySettings settings) {
  TRY_VOID(check(settings));
  return std::make_unique<IdentityParties>(parts, std::move(settings));
}

}  // namespace aiva::identity
