#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/backup/internal/table_schema.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

// Reads a table page by page along its primary key, so that no engine has to hold all of it.
class TablePages {
 public:
  // `table` is borrowed. `after`: the place() of another reading, to go on behind it.
  TablePages(const Table& table, SqlDialect dialect, RowBytes after = {});

  // The next rows, each with its values in the order of the table's columns; none at the end.
  Result<std::vector<RowBytes>> next(SqlSession& session);
  // The key of the last row that was given; empty before the first.
  [[nodiscard]] const RowBytes& place() const { return place_; }

 private:
  void adapt(std::size_t bytes);

  const Table& table_;
  SqlDialect dialect_;
  std::vector<int> key_places_;
  std::string first_sql_;
  std::string next_sql_;
  RowBytes place_;
  std::size_t rows_max_ = 500;
};

// Inserts rows of TablePages, many in one statement. `conflict` when one is there already or has no
// parent.
Result<void> insert_rows(SqlSession& session, const Table& table, std::span<const RowBytes> rows);

Result<std::int64_t> count_rows(SqlSession& session, const Table& table);

}  // namespace aiva::backup
