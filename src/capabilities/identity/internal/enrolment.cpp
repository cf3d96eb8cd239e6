#include "capabilities/identity/internal/enrolment.h"

#include <utility>

#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/email.h"
#include "capabilities/identity/internal/passwords.h"
#include "capabilities/identity/internal/sql_filter.h"
#include "capabilities/identity/internal/tenant_rows.h"
#include "capabilities/identity/internal/user_rows.h"

namespace aiva::identity {
namespace {

constexpr const char* first_tenant_name = "Default";

std::unexpected<Error> refuse_tenant(bool is_privileged) {
  if (is_privileged) return fail(ErrorCode::not_found, "There is no such tenant");
  return fail(ErrorCode::forbidden, "This tenant does not accept registrations");
}

std::unexpected<Error> refuse_taken_email() {
  return fail(ErrorCode::conflict, "A user with this e-mail address exists already");
}

}  // namespace

Task<Result<User>> Enrolment::register_user(CallContext context, Caller caller,
                                            Registration registration) {
  CO_TRY(auto user, draft(caller, registration));
  bool is_privileged = caller.may(Permission::users_write);
  auto looking = read(core_.database, context, [&](SqlSession& session) -> Result<Situation> {
    return look(session, user, is_privileged);
  });
  CO_TRY(auto situation, co_await std::move(looking));
  user.tenant_name = situation.tenant_name;
  if (is_privileged && situation.is_email_taken) co_return refuse_taken_email();
  // A stranger must not learn whether the address is taken: same work, same answer, no effect.
  auto hashing = core_.hasher.hash(context, std::move(registration.password));
  CO_TRY(auto hash, co_await std::move(hashing));
  auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<bool> {
    return store(session, caller, user, hash);
  });
  CO_TRY(bool is_stored, co_await std::move(writing));
  if (!is_stored && is_privileged) co_return refuse_taken_email();
  co_return user;
}

Result<User> Enrolment::draft(const Caller& caller, const Registration& registration) const {
  bool is_privileged = caller.may(Permission::users_write);
  FieldMistakes mistakes;
  auto now = core_.clock.unix_ms();
  User user{.id = UserId::make(),
            .tenant = registration.tenant,
            .email = mistakes.take(normalize_email(registration.email)),
            .name = mistakes.take(check_name("name", registration.name)),
            .role = registration.role.value_or(Role::client),
            .created_at = now,
            .updated_at = now};
  mistakes.check(check_new_password("password", registration.password));
  if (user.tenant.is_nil() && is_privileged) user.tenant = caller.principal->tenant;
  if (user.tenant.is_nil()) mistakes.add("tenant_id", "is required");
  TRY_VOID(mistakes.finish());
  if (!is_privileged) {
    if (user.role != Role::client)
      return fail(ErrorCode::forbidden, "This role cannot be registered for");
    return user;
  }
  if (!caller.principal->may_see_tenant(user.tenant))
    return fail(ErrorCode::forbidden, "Users can be added to the own tenant only");
  if (!caller.principal->permissions.has_all(permissions_of(user.role)))
    return fail(ErrorCode::forbidden, "The role has rights which you lack");
  return user;
}

Result<Enrolment::Situation> Enrolment::look(SqlSession& session, const User& user,
                                             bool is_privileged) const {
  TRY(auto tenant, tenant_rows::find(session, user.tenant));
  bool is_open = tenant && (is_privileged || (tenant->is_active && tenant->registration_enabled));
  if (!is_open) return refuse_tenant(is_privileged);
  if (tenant->user_count >= core_.settings.users_per_tenant_max)
    return fail(ErrorCode::quota_exceeded, "The tenant has as many users as it may have");
  TRY(bool is_taken, user_rows::is_email_taken(session, user.email));
  return Situation{.tenant_name = tenant->name, .is_email_taken = is_taken};
}

// Says false, having added nothing, when the address is taken.
Result<bool> Enrolment::store(SqlSession& session, const Caller& caller, const User& user,
                              const std::string& hash) {
  TRY(bool is_taken, user_rows::is_email_taken(session, user.email));
  if (!is_taken) TRY_VOID(user_rows::insert(session, user, hash));
  TRY_VOID(
      audit_rows::append(session, caller,
                         {.tenant = user.tenant,
                          .actor = caller.principal == nullptr ? user.email : std::string(),
                          .action = is_taken ? "user.registration_repeated" : "user.created",
                          .resource_type = "user",
                          .resource_id = is_taken ? std::string() : user.id.to_string(),
                          .details = R"({"role":")" + std::string(to_string(user.role)) + R"("})"},
                         user.created_at));
  return !is_taken;
}

Task<Result<std::optional<FirstAdmin>>> Enrolment::ensure_first_admin(CallContext context,
                                                                      std::string email) {
  CO_TRY(auto address, normalize_email(email));
  auto looking = read(core_.database, context, [](SqlSession& session) -> Result<std::int64_t> {
    return query_number(session, "SELECT 1 FROM users LIMIT 1", {});
  });
  CO_TRY(auto any_user, co_await std::move(looking));
  if (any_user != 0) co_return std::nullopt;
  FirstAdmin admin{.tenant = TenantId::make(),
                   .user = UserId::make(),
                   .email = std::move(address),
                   .password = make_random_password()};
  auto hashing = core_.hasher.hash(context, admin.password);
  CO_TRY(auto hash, co_await std::move(hashing));
  auto writing =
      write(core_.database, context, [&](SqlSession& session) -> Result<std::optional<FirstAdmin>> {
        return store_first(session, admin, hash);
      });
  auto stored = co_await std::move(writing);
  co_return stored;
}

Result<std::optional<FirstAdmin>> Enrolment::store_first(SqlSession& session, FirstAdmin admin,
                                                         const std::string& hash) {
  TRY(auto any_user, query_number(session, "SELECT 1 FROM users LIMIT 1", {}));
  if (any_user != 0) return std::nullopt;
  auto now = core_.clock.unix_ms();
  TRY(auto tenants, tenant_rows::list(session, std::nullopt, {.page = {.page = 1, .limit = 1}}));
  if (tenants.items.empty()) {
    TRY_VOID(tenant_rows::insert(
        session,
        {.id = admin.tenant, .name = first_tenant_name, .created_at = now, .updated_at = now}));
  } else {
    admin.tenant = tenants.items.front().id;
  }
  User user{.id = admin.user,
            .tenant = admin.tenant,
            .email = admin.email,
            .name = "Administrator",
            .role = Role::super_admin,
            .created_at = now,
            .updated_at = now};
  TRY_VOID(user_rows::insert(session, user, hash));
  TRY_VOID(audit_rows::append(session, operator_caller(),
                              {.tenant = admin.tenant,
                               .action = "user.first_admin_created",
                               .resource_type = "user",
                               .resource_id = admin.user.to_string()},
                              now));
  return admin;
}

}  // namespace aiva::identity
