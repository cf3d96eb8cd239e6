#include "capabilities/identity/internal/user_change.h"

#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/email.h"
#include "capabilities/identity/internal/passwords.h"
#include "capabilities/identity/internal/session_rows.h"
#include "foundation/json.h"

namespace aiva::identity {
namespace {

bool is_self(const Caller& caller, UserId id) {
  return caller.principal != nullptr && !id.is_nil() && caller.principal->user == id;
}

// Of themselves users may change their name; everything else needs users.write.
Result<void> check_rights(const Caller& caller, UserId id, const UserChange& change) {
  bool is_name_only = !change.email && !change.role && !change.is_active;
  if (is_self(caller, id) && is_name_only) return {};
  TRY_VOID(require(caller, Permission::users_write));
  if (is_self(caller, id) && (change.role || change.is_active == false))
    return fail(ErrorCode::conflict, "You cannot change your own role or deactivate yourself");
  return {};
}

std::string describe(const User& before, const User& after) {
  json::Object details;
  if (before.email != after.email) details["email"] = after.email;
  if (before.name != after.name) details["name"] = after.name;
  if (before.role != after.role)
    details["role"] = json::Object{{"from", to_string(before.role)}, {"to", to_string(after.role)}};
  if (before.is_active != after.is_active) details["is_active"] = after.is_active;
  return json::to_text(details);
}

AuditEntry entry_of(const User& user, std::string action, std::string details = "{}") {
  return {.tenant = user.tenant,
          .action = std::move(action),
          .resource_type = "user",
          .resource_id = user.id.to_string(),
          .details = std::move(details)};
}

}  // namespace

std::unexpected<Error> refuse_user() { return fail(ErrorCode::not_found, "There is no such user"); }

Task<Result<User>> UserChanges::update(CallContext context, Caller caller, UserId id,
                                       UserChange change) {
  CO_TRY_VOID(check_rights(caller, id, change));
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<User> {
    return apply(session, caller, id, change);
  });
  CO_TRY(auto user, co_await std::move(writing));
  core_.forget(id.uuid);
  co_return user;
}

// The user when the caller may see and change them. Whoever holds rights which the caller lacks is
// out of reach.
Result<UserChanges::Secrets> UserChanges::find_changeable(SqlSession& session, const Caller& caller,
                                                          UserId id) const {
  TRY(auto found, user_rows::find_secrets(session, id));
  if (!found || !caller.principal->may_see_tenant(found->user.tenant)) return refuse_user();
  if (!is_self(caller, id) &&
      !caller.principal->permissions.has_all(permissions_of(found->user.role)))
    return fail(ErrorCode::forbidden, "The user has rights which you lack");
  return std::move(*found);
}

Result<User> UserChanges::apply(SqlSession& session, const Caller& caller, UserId id,
                                const UserChange& change) {
  TRY(auto found, find_changeable(session, caller, id));
  const auto before = found.user;
  auto user = found.user;
  FieldMistakes mistakes;
  if (change.email) user.email = mistakes.take(normalize_email(*change.email));
  if (change.name) user.name = mistakes.take(check_name("name", *change.name));
  if (change.role) user.role = *change.role;
  if (change.is_active) user.is_active = *change.is_active;
  TRY_VOID(mistakes.finish());
  if (!is_self(caller, id) && !caller.principal->permissions.has_all(permissions_of(user.role)))
    return fail(ErrorCode::forbidden, "The role has rights which you lack");

  user.updated_at = core_.clock.unix_ms();
  if (auto stored = user_rows::update(session, user); !stored) {
    if (stored.error().code != ErrorCode::conflict) return fail(stored.error());
    return fail(ErrorCode::conflict, "A user with this e-mail address exists already");
  }
  if (change.is_active == true) TRY_VOID(user_rows::unlock(session, id));
  if (!user.is_active)
    TRY_VOID(session_rows::revoke_all(session, id, SessionId{}, user.updated_at));
  bool is_removed = before.is_active && !user.is_active;
  TRY_VOID(audit_rows::append(
      session, caller,
      entry_of(user, is_removed ? "user.deactivated" : "user.updated", describe(before, user)),
      user.updated_at));
  return user;
}

Task<Result<void>> UserChanges::check_current(CallContext context, Caller caller, UserId id,
                                              std::string current_password) {
  auto reading = read(core_.database, context, [&](SqlSession& session) -> Result<Secrets> {
    return find_changeable(session, caller, id);
  });
  CO_TRY(auto secrets, co_await std::move(reading));
  if (!is_self(caller, id)) co_return Result<void>();
  auto matching =
      core_.hasher.matches(context, std::move(current_password), std::move(secrets.password_hash));
  CO_TRY(bool is_match, co_await std::move(matching));
  if (!is_match) co_return fail(invalid_field("current_password", "is wrong"));
  co_return Result<void>();
}

Task<Result<void>> UserChanges::set_password(CallContext context, Caller caller, UserId id,
                                             PasswordChange change) {
  if (!is_self(caller, id)) CO_TRY_VOID(require(caller, Permission::users_write));
  CO_TRY_VOID(check_new_password("new_password", change.new_password));
  auto checking = check_current(context, caller, id, std::move(change.current_password));
  CO_TRY_VOID(co_await std::move(checking));
  auto hashing = core_.hasher.hash(context, std::move(change.new_password));
  CO_TRY(auto hash, co_await std::move(hashing));
  auto kept = caller.principal->session;
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
    TRY(auto found, find_changeable(session, caller, id));
    auto now = core_.clock.unix_ms();
    TRY_VOID(user_rows::set_password(session, id, hash, now));
    TRY_VOID(session_rows::revoke_all(session, id, kept, now));
    return audit_rows::append(session, caller, entry_of(found.user, "user.password_changed"), now);
  });
  CO_TRY_VOID(co_await std::move(writing));
  core_.forget(id.uuid);
  co_return Result<void>();
}

}  // namespace aiva::identity
