#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/backup/internal/row_format.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

// Of a move or a restore into this database that goes on.
inline constexpr std::string_view move_table = "aiva_move";

struct ForeignKey {
  std::vector<std::string> columns{};
  std::string parent{};
  std::vector<std::string> parent_columns{};
  auto operator<=>(const ForeignKey&) const = default;
};

// A table as the schema of the database tells it, whatever its engine.
struct Table {
  std::string name{};
  std::vector<Column> columns{};   // by name, so that rows of two engines have the same bytes
  std::vector<std::string> key{};  // columns of the primary key in its order
  std::vector<ForeignKey> foreign_keys{};
  bool has_counter = false;  // numbers of its key are never given twice

  // The place of a column among `columns`; -1 where there is none.
  [[nodiscard]] int place_of(std::string_view column) const;
};

// All tables that hold the truth, parents before their children: neither the engine's own, nor the
// record of migrations, nor a move's. Fails with `internal` for a table that cannot be read by its
// key, a type that no table of ours has, or tables that refer to one another in a circle.
Result<std::vector<Table>> read_tables(SqlSession& session);

// Whether it records migrations, of which each database keeps its own.
bool is_record_table(std::string_view name);

// A name as both engines quote it.
std::string quote_name(std::string_view name);

// The highest number that a table's counter has given; 0: none yet. Wants `has_counter`.
Result<std::int64_t> read_counter(SqlSession& session, const Table& table);
// Has the counter go on behind `number`. In MySQL this ends the transaction.
Result<void> raise_counter(SqlSession& session, const Table& table, std::int64_t number);

}  // namespace aiva::backup
