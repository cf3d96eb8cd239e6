#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/internal/stores_table.h"
#include "capabilities/commerce/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// The columns of stores by which tokens are renewed; lives inside one read or transaction. A token
// is known by its sealed text, which no other has.
class GrantsTable {
 public:
  explicit GrantsTable(SqlSession& sql) : sql_(sql) {}

  // Whether this process alone may renew that token until `until`.
  Result<bool> claim(const StoreRow& row, UnixMs now, UnixMs until);
  // What `claim` took.
  Result<void> release(const StoreRow& row, UnixMs until);
  // Puts what `fresh` has in the place of the token `spent`; false: there is another meanwhile.
  Result<bool> replace(const StoreRow& fresh, const std::string& spent);
  // The owner has to agree again: forgets that token; false: there is another meanwhile.
  Result<bool> forget(const StoreRow& row, std::string_view error, UnixMs now);
  // Of all tenants: those that can be renewed no longer after `instant`, the first ones first.
  Result<std::vector<StoreRow>> ending_before(UnixMs instant, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::commerce
