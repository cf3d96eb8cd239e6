#pragma once

#include <string_view>
#include <vector>

#include "capabilities/models/prices.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::models {

// The rows of model_prices; lives inside one read or transaction.
class PriceTable {
 public:
  explicit PriceTable(SqlSession& sql) : sql_(sql) {}

  Result<std::vector<Price>> all();
  Result<void> put(const Price& price);
  // Whether there was one.
  Result<bool> remove(std::string_view provider, std::string_view model);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::models
