#pragma once

#include <string_view>

#include "capabilities/campaigns/do_not_call.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::campaigns {

// The rows of numbers that are not to be called.
class DoNotCallTable {
 public:
  explicit DoNotCallTable(SqlSession& sql) : sql_(sql) {}

  Result<bool> has(TenantId tenant, std::string_view number);
  Result<void> insert(TenantId tenant, const DoNotCallEntry& entry);
  // Newest first.
  Result<DoNotCallPage> page(TenantId tenant, const DoNotCallFilter& filter);
  Result<std::int64_t> count(TenantId tenant);
  Result<bool> remove(TenantId tenant, std::string_view number, std::string_view id);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::campaigns
