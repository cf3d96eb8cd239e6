#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/functions/internal/compiled_function.h"
#include "capabilities/functions/secrets.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::functions {

// The rows of secrets, sealed.
class SecretsTable {
 public:
  // The key is borrowed.
  SecretsTable(SqlSession& sql, std::string_view master_key) : sql_(sql), key_(master_key) {}

  Result<std::vector<Secret>> list(TenantId tenant);
  // Answers whether there was one of that name.
  Result<bool> replace(TenantId tenant, const Secret& secret, std::string_view value);
  Result<void> insert(TenantId tenant, const Secret& secret, std::string_view value);
  Result<void> remove(TenantId tenant, std::string_view name);
  // The values of those that exist. Fails with `internal` when one cannot be opened.
  Result<SecretValues> open(TenantId tenant, const std::set<std::string>& names);

 private:
  [[nodiscard]] std::string seal(TenantId tenant, std::string_view name,
                                 std::string_view value) const;

  SqlSession& sql_;
  std::string_view key_;
};

}  // namespace aiva::functions
