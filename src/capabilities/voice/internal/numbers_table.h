#pragma once

#include <cstdint>
#include <string_view>

#include "capabilities/voice/numbers.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// The rows of numbers.
class NumbersTable {
 public:
  explicit NumbersTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when somebody has the number.
  Result<void> insert(const Number& number);
  Result<Number> get(TenantId tenant, NumberId id);
  Result<NumberPage> page(TenantId tenant, const NumberFilter& filter);
  Result<std::int64_t> count(TenantId tenant);
  // Fails with `conflict` as insert does.
  Result<void> update(const Number& number);
  Result<void> remove(TenantId tenant, NumberId id);
  Result<void> remove_all(TenantId tenant, AgentId agent);
  // By a number in its normal form, where it is active; a tenant's, or anybody's.
  Result<Number> answering(TenantId tenant, std::string_view did);
  Result<Number> answering_anywhere(std::string_view did);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::voice
