#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/api_keys.h"
#include "capabilities/identity/types.h"
#include "foundation/result.h"
#include "ports/database.h"

// The statements over the table `api_keys`.
namespace aiva::identity::api_key_rows {

Result<void> insert(SqlSession& session, const ApiKey& key, const std::string& key_hash);
struct StoredKey {
  ApiKey key;
  std::string key_hash;
};
Result<std::optional<StoredKey>> find(SqlSession& session, ApiKeyId id);
Result<PageOf<ApiKey>> list(SqlSession& session, TenantId tenant, PageRequest page);
// Keys that are neither revoked nor expired.
Result<std::int64_t> count_live(SqlSession& session, TenantId tenant, UnixMs now);
Result<void> revoke(SqlSession& session, ApiKeyId id, UnixMs now);

// A key that may be used now, of an active tenant.
struct LiveKey {
  ApiKey key;
  std::int64_t tenant_requests_per_minute_max = 0;
};
Result<std::optional<LiveKey>> find_live(SqlSession& session, const std::string& key_hash,
                                         UnixMs now);
Result<void> note_use(SqlSession& session, ApiKeyId id, UnixMs now);

}  // namespace aiva::identity::api_key_rows
