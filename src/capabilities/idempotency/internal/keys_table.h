#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capabilities/idempotency/idempotency.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::idempotency {

enum class KeyState : std::uint8_t { running, kept, unkept };

struct KeyRow {
  std::string request_hash;
  KeyState state = KeyState::running;
  UnixMs lease_until = 0;
  UnixMs expires_at = 0;
  KeptAnswer answer{};
};

struct KeyClaim {
  Claim claim;
  std::string_view request_hash;
  UnixMs now = 0;
  UnixMs lease_until = 0;
  UnixMs expires_at = 0;
};

// The rows of idempotency_keys.
class KeysTable {
 public:
  explicit KeysTable(SqlSession& sql) : sql_(sql) {}

  Result<std::optional<KeyRow>> find(TenantId tenant, std::string_view scope);
  // Fails with `conflict` when the row exists.
  Result<void> insert(const KeyClaim& claim);
  // Gives a row that is there to another claim.
  Result<void> take_over(const KeyClaim& claim);
  // Only while the claim still holds the row.
  Result<void> keep(const Claim& claim, KeyState state, const KeptAnswer& answer);
  Result<void> free(const Claim& claim);
  // Of every tenant.
  Result<std::int64_t> remove_running();
  Result<std::int64_t> remove_expired(UnixMs now, int count_max);
  // Of the tenant with the most keys, those beyond `keys_max`, oldest first.
  Result<std::int64_t> remove_surplus(std::int64_t keys_max, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::idempotency
