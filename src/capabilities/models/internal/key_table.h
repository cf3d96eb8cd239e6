#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/models/types.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::models {

// A row of model_keys; the key is sealed.
struct SealedKey {
  TenantKey shown{};
  std::string sealed{};
};

// The rows of model_keys; lives inside one read or transaction.
class KeyTable {
 public:
  explicit KeyTable(SqlSession& sql) : sql_(sql) {}

  // By provider.
  Result<std::vector<SealedKey>> of(TenantId tenant);
  // Adds the row or changes the one of the same provider, whose creation stays.
  Result<void> put(TenantId tenant, const SealedKey& key);
  // Whether there was one.
  Result<bool> remove(TenantId tenant, std::string_view provider);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::models
