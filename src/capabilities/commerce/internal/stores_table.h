#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// A store with what is not shown of it.
struct StoreRow {
  Store store{};
  std::string address{};  // as it is reached: of an uploaded feed the object
  std::string token_sealed{};
  std::string app_secret_sealed{};
  std::string refresh_sealed{};  // what the token is renewed with; empty: it does not run out
  UnixMs token_expires_at = 0;
  UnixMs refresh_expires_at = 0;
  UnixMs connected_at = 0;  // when somebody gave the token
  UnixMs read_until = 0;
  std::int64_t version = 0;
  std::int64_t reading = 0;
  UserId created_by{};
};

// An owner who is to agree.
struct ConsentRow {
  TenantId tenant{};
  StoreId store{};
  UserId user{};
  UnixMs created_at = 0;
};

// The rows of stores; lives inside one read or transaction.
class StoresTable {
 public:
  explicit StoresTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(const StoreRow& row);
  // Nothing when it is gone or another tenant's.
  Result<std::optional<StoreRow>> find(TenantId tenant, StoreId id);
  // Fails with `not_found`.
  Result<StoreRow> get(TenantId tenant, StoreId id);
  // Of any tenant: whoever calls it knows nothing but the id, and trusts a signature.
  Result<std::optional<StoreRow>> find_of_any(StoreId id);
  // Of all tenants, at this address and without an app of their own: the installation's app speaks
  // for them, and whoever calls it trusts its signature.
  Result<std::vector<StoreRow>> of_app(const std::string& address);
  Result<std::optional<StoreRow>> of_base(TenantId tenant, KnowledgeBaseId base);
  // By their creation.
  Result<std::vector<StoreRow>> list(TenantId tenant);
  Result<std::int64_t> count(TenantId tenant);
  // Of all tenants: those whose sync is due and of which none runs, the longest waiting first.
  Result<std::vector<StoreRow>> due(UnixMs now, int count_max);

  // Writes what people change: access, schedule, scope, and status with its error.
  Result<void> update(const StoreRow& row);
  Result<void> set_status(TenantId tenant, StoreId id, StoreStatus status, std::string_view error,
                          UnixMs now);
  Result<void> set_identity(TenantId tenant, StoreId id, const StoreIdentity& identity);
  Result<void> set_next_sync(TenantId tenant, StoreId id, UnixMs at);
  Result<void> set_webhooks(TenantId tenant, StoreId id, bool has_them);
  // A sync has ended well: what was changed in the store before `read_until` is known.
  Result<void> finish_sync(TenantId tenant, StoreId id, UnixMs now, UnixMs read_until);
  // Its owner took the token back at `taken_back_at` (0: nobody knows when). Forgets it, unless it
  // was given later; whether it did.
  Result<bool> forget_token(TenantId tenant, StoreId id, UnixMs taken_back_at,
                            std::string_view error, UnixMs now);
  // Rows of products are going to be written: counts the reading and answers its number. Fails with
  // `not_found` when the store is gone.
  Result<std::int64_t> next_reading(TenantId tenant, StoreId id);
  // The number of the reading that was written last.
  Result<std::int64_t> last_reading(TenantId tenant, StoreId id);
  // Something of its products changes; answers the new version.
  Result<std::int64_t> next_version(TenantId tenant, StoreId id);
  // false: it was not there.
  Result<bool> remove(TenantId tenant, StoreId id);

  Result<void> insert_consent(const std::string& state_hash, const ConsentRow& row);
  // Takes it, so that it is good once; nothing when it is not there.
  Result<std::optional<ConsentRow>> take_consent(const std::string& state_hash);
  Result<void> remove_consents_before(UnixMs instant);

 private:
  Result<std::vector<StoreRow>> rows(std::string_view where, SqlSession::Parameters parameters);
  Result<std::int64_t> number(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::commerce
