#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva {

// Inserts rows, several with a statement: `values` are those of one row after the other, `columns`
// of each. `into` is "INSERT INTO table (a, b)". Fails as execute() does, with some rows inserted.
Result<void> insert_rows(SqlSession& sql, std::string_view into, std::size_t columns,
                         std::span<const SqlValue> values);

}  // namespace aiva
