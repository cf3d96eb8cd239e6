#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva {

// Rows of a table by the column that names them.
struct RowsByKey {
  std::string_view table;
  std::string_view key;
};

// Deletes the rows whose key is among the answers of the query, its first column, and says how
// many. The keys are read first: a server that is to delete what a subquery finds reads, and locks,
// the whole table. The query has a limit, or finds few.
Result<std::int64_t> delete_selected(SqlSession& sql, RowsByKey rows, std::string_view query,
                                     SqlSession::Parameters parameters);

}  // namespace aiva
