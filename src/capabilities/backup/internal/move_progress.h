#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "capabilities/backup/internal/table_schema.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

// How far the table of a move came.
struct TablePlace {
  RowBytes place{};  // TablePages::place of its last row
  std::int64_t rows = 0;
};

// What the target of a move knows of it, in a table of its own that goes with the move's end.
class MoveProgress {
 public:
  explicit MoveProgress(SqlSession& session) : session_(session) {}

  // Whether the target has it.
  Result<bool> exists();
  // Makes it; in MySQL this ends the transaction.
  Result<void> create();
  // From which source; empty: the move has not begun.
  Result<std::string> source();
  Result<void> begin(std::string_view source);
  Result<TablePlace> place_of(std::string_view table);
  Result<void> set_place(std::string_view table, const TablePlace& place);
  Result<void> drop();

 private:
  Result<void> put(std::string_view name, std::string_view place, std::int64_t rows);

  SqlSession& session_;
};

// What tells an installation from any other: when its schema was begun.
Result<std::string> identity_of(SqlSession& session);

}  // namespace aiva::backup
