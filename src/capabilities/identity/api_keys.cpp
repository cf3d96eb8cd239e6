#include "capabilities/identity/api_keys.h"

#include <array>
#include <cstdint>
#include <utility>

#include "capabilities/identity/internal/api_key_rows.h"
#include "capabilities/identity/internal/audit_rows.h"
#include "capabilities/identity/internal/authentication.h"
#include "capabilities/identity/internal/parts.h"
#include "capabilities/identity/internal/tenant_rows.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::identity {
namespace {

constexpr std::size_t prefix_bytes = 4;
constexpr std::size_t secret_bytes = 32;
constexpr std::int64_t requests_per_minute_limit = 1'000'000;

std::unexpected<Error> refuse_unknown() {
  return fail(ErrorCode::not_found, "There is no such API key");
}

std::string make_prefix() {
  std::array<std::uint8_t, prefix_bytes> random{};
  random_bytes(random);
  return std::string(api_key_mark) + to_hex(random);
}

AuditEntry entry_of(const ApiKey& key, std::string action) {
  json::Array scopes;
  for (auto name : names_of(key.scopes)) scopes.emplace_back(name);
  return {.tenant = key.tenant,
          .action = std::move(action),
          .resource_type = "api_key",
          .resource_id = key.id.to_string(),
          .details = json::to_text(json::Object{{"name", key.name}, {"scopes", scopes}})};
}

class ApiKeyRows final : public ApiKeys {
 public:
  explicit ApiKeyRows(Core& core) : core_(core) {}

  Task<Result<PageOf<ApiKey>>> list(CallContext context, Caller caller,
                                    std::optional<TenantId> tenant, PageRequest page) override {
    CO_TRY_VOID(require(caller, Permission::keys_manage));
    CO_TRY_VOID(check_page(page));
    CO_TRY(auto owner, tenant_of(caller, tenant));
    auto reading =
        read(core_.database, context, [&](SqlSession& session) -> Result<PageOf<ApiKey>> {
          return api_key_rows::list(session, owner, page);
        });
    auto keys = co_await std::move(reading);
    co_return keys;
  }

  Task<Result<CreatedApiKey>> create(CallContext context, Caller caller,
                                     NewApiKey request) override {
    CO_TRY(auto key, draft(caller, request));
    key.prefix = make_prefix();
    CreatedApiKey created{.key = std::move(key)};
    created.secret = created.key.prefix + "_" + random_token(secret_bytes);
    auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<void> {
      return store(session, caller, created);
    });
    CO_TRY_VOID(co_await std::move(writing));
    co_return created;
  }

  Task<Result<void>> revoke(CallContext context, Caller caller, ApiKeyId id) override {
    CO_TRY_VOID(require(caller, Permission::keys_manage));
    auto writing = write(core_.database, context, [&](SqlSession& session) -> Result<std::string> {
      return revoke_row(session, caller, id);
    });
    CO_TRY(auto key_hash, co_await std::move(writing));
    core_.forget(key_owner(key_hash));
    co_return Result<void>();
  }

 private:
  static Result<TenantId> tenant_of(const Caller& caller, std::optional<TenantId> asked) {
    auto tenant = asked.value_or(caller.principal->tenant);
    if (!caller.principal->may_see_tenant(tenant))
      return fail(ErrorCode::forbidden, "This is another tenant");
    if (tenant.is_nil()) return fail(invalid_field("tenant_id", "is required"));
    return tenant;
  }

  Result<ApiKey> draft(const Caller& caller, const NewApiKey& request) const {
    TRY_VOID(require(caller, Permission::keys_manage));
    auto now = core_.clock.unix_ms();
    FieldMistakes mistakes;
    ApiKey key{.id = ApiKeyId::make(),
               .name = mistakes.take(check_name("name", request.name)),
               .scopes = request.scopes,
               .requests_per_minute_max = request.requests_per_minute_max,
               .created_at = now,
               .expires_at = request.expires_at};
    if (request.scopes == PermissionSet()) mistakes.add("scopes", "must not be empty");
    if (request.requests_per_minute_max < 0 ||
        request.requests_per_minute_max > requests_per_minute_limit)
      mistakes.add("requests_per_minute_max", "must be between 0 and 1000000");
    if (request.expires_at && *request.expires_at <= now)
      mistakes.add("expires_at", "must be in the future");
    TRY_VOID(mistakes.finish());
    TRY(key.tenant, tenant_of(caller, request.tenant));
    if (!caller.principal->permissions.has_all(key.scopes) ||
        !permissions_of_keys().has_all(key.scopes))
      return fail(ErrorCode::forbidden, "The scopes have rights which you or keys may not have");
    if (!caller.principal->user.is_nil()) key.created_by = caller.principal->user;
    return key;
  }

  Result<void> store(SqlSession& session, const Caller& caller, const CreatedApiKey& created) {
    const auto& key = created.key;
    TRY(auto tenant, tenant_rows::find(session, key.tenant));
    if (!tenant) return fail(ErrorCode::not_found, "There is no such tenant");
    TRY(auto live, api_key_rows::count_live(session, key.tenant, key.created_at));
    if (live >= core_.settings.api_keys_per_tenant_max)
      return fail(ErrorCode::quota_exceeded, "The tenant has as many API keys as it may have");
    TRY_VOID(api_key_rows::insert(session, key, hash_secret(created.secret)));
    return audit_rows::append(session, caller, entry_of(key, "api_key.created"), key.created_at);
  }

  // Says the hash under which the key was known.
  Result<std::string> revoke_row(SqlSession& session, const Caller& caller, ApiKeyId id) {
    TRY(auto found, api_key_rows::find(session, id));
    if (!found || !caller.principal->may_see_tenant(found->key.tenant)) return refuse_unknown();
    if (found->key.revoked_at) return found->key_hash;
    auto now = core_.clock.unix_ms();
    TRY_VOID(api_key_rows::revoke(session, id, now));
    TRY_VOID(audit_rows::append(session, caller, entry_of(found->key, "api_key.revoked"), now));
    return found->key_hash;
  }

  Core& core_;
};

}  // namespace

std::unique_ptr<ApiKeys> make_api_keys(Core& core) { return std::make_unique<ApiKeyRows>(core); }

}  // namespace aiva::identity
