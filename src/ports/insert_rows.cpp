#include "ports/insert_rows.h"

#include <string>

namespace aiva {
namespace {

// As many rows as are left, of sizes that few different statements are prepared for.
std::size_t rows_at_once(std::size_t left) {
  for (std::size_t size : {32, 8})
    if (left >= size) return size;
  return 1;
}

std::string statement_for(std::string_view into, std::size_t columns, std::size_t rows) {
  std::string row = "(?";
  for (std::size_t i = 1; i < columns; ++i) row += ", ?";
  row += ")";
  auto statement = std::string(into) + " VALUES " + row;
  for (std::size_t i = 1; i < rows; ++i) statement += ", " + row;
  return statement;
}

}  // namespace

Result<void> insert_rows(SqlSession& sql, std::string_view into, std::size_t columns,
                         std::span<const SqlValue> values) {
  AIVA_ASSERT(columns > 0 && values.size() % columns == 0);
  while (!values.empty()) {
    auto rows = rows_at_once(values.size() / columns);
    TRY_VOID(sql.execute_span(statement_for(into, columns, rows), values.first(rows * columns)));
    values = values.subspan(rows * columns);
  }
  return {};
}

}  // namespace aiva
