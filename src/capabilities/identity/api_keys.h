#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::identity {

// A key by which a program acts for a tenant. Its secret is stored as a hash only.
struct ApiKey {
  ApiKeyId id{};
  TenantId tenant{};
  std::string name{};
  std::string prefix;  // the first characters, to recognise it by
  PermissionSet scopes{};
  std::int64_t requests_per_minute_max = 0;  // 0: the tenant's or server's default
  std::optional<UserId> created_by{};
  UnixMs created_at = 0;
  std::optional<UnixMs> expires_at{};
  std::optional<UnixMs> last_used_at{};  // to the hour
  std::optional<UnixMs> revoked_at{};
};

struct NewApiKey {
  std::optional<TenantId> tenant{};  // nothing: the caller's own; another needs tenants.manage
  std::string name{};
  PermissionSet scopes{};
  std::int64_t requests_per_minute_max = 0;
  std::optional<UnixMs> expires_at{};
};

struct CreatedApiKey {
  ApiKey key;
  std::string secret;  // "aiva_<prefix>_<secret>": shown this once
};

// The API keys of tenants. Every operation needs keys.manage.
class ApiKeys {
 public:
  virtual ~ApiKeys() = default;

  // Newest first, revoked ones included.
  virtual Task<Result<PageOf<ApiKey>>> list(CallContext context, Caller caller,
                                            std::optional<TenantId> tenant, PageRequest page) = 0;
  // `forbidden` for scopes the caller lacks; `quota_exceeded` beyond the limit of a tenant.
  virtual Task<Result<CreatedApiKey>> create(CallContext context, Caller caller, NewApiKey key) = 0;
  // The key is worth nothing from now on; revoking it again succeeds.
  virtual Task<Result<void>> revoke(CallContext context, Caller caller, ApiKeyId id) = 0;
};

}  // namespace aiva::identity
