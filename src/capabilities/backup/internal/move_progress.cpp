#include "capabilities/backup/internal/move_progress.h"

#include "foundation/crypto.h"

namespace aiva::backup {
namespace {

// No table has this name.
constexpr std::string_view source_name = "(source)";

std::string statement(std::string_view before, std::string_view after) {
  return std::string(before) + quote_name(move_table) + std::string(after);
}

}  // namespace

Result<bool> MoveProgress::exists() {
  bool is_found = false;
  auto found = [&is_found](const SqlRow&) -> Result<void> {
    is_found = true;
    return {};
  };
  bool is_sqlite = session_.dialect() == SqlDialect::sqlite;
  TRY_VOID(session_.query(is_sqlite
                              ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
                              : "SELECT 1 FROM information_schema.tables "
                                "WHERE table_schema = DATABASE() AND table_name = ?",
                          {move_table}, found));
  return is_found;
}

Result<void> MoveProgress::create() {
  TRY_VOID(session_.execute(statement("CREATE TABLE IF NOT EXISTS ",
                                      " (name VARCHAR(100) PRIMARY KEY NOT NULL, "
                                      "place VARCHAR(8000) NOT NULL, row_count BIGINT NOT NULL)")));
  return {};
}

Result<std::string> MoveProgress::source() {
  std::string source;
  TRY_VOID(session_.query(statement("SELECT place FROM ", " WHERE name = ?"), {source_name},
                          [&source](const SqlRow& row) -> Result<void> {
                            source = row.text(0);
                            return {};
                          }));
  return source;
}

Result<void> MoveProgress::begin(std::string_view source) { return put(source_name, source, 0); }

Result<TablePlace> MoveProgress::place_of(std::string_view table) {
  TablePlace place;
  TRY_VOID(session_.query(statement("SELECT place, row_count FROM ", " WHERE name = ?"), {table},
                          [&place](const SqlRow& row) -> Result<void> {
                            auto bytes = from_base64(row.text(0));
                            if (!bytes) return fail(internal_error("a move's place is malformed"));
                            place = {.place = std::move(*bytes), .rows = row.integer(1)};
                            return {};
                          }));
  return place;
}

Result<void> MoveProgress::set_place(std::string_view table, const TablePlace& place) {
  return put(table, to_base64(place.place), place.rows);
}

Result<void> MoveProgress::drop() {
  TRY_VOID(session_.execute(statement("DROP TABLE IF EXISTS ", "")));
  return {};
}

// Both engines know other words for "insert or update".
Result<void> MoveProgress::put(std::string_view name, std::string_view place, std::int64_t rows) {
  TRY_VOID(session_.execute(statement("DELETE FROM ", " WHERE name = ?"), {name}));
  TRY_VOID(session_.execute(statement("INSERT INTO ", " (name, place, row_count) VALUES (?, ?, ?)"),
                            {name, place, rows}));
  return {};
}

Result<std::string> identity_of(SqlSession& session) {
  std::string identity;
  TRY_VOID(session.query(
      "SELECT version, applied_at FROM schema_migrations ORDER BY version LIMIT 1", {},
      [&identity](const SqlRow& row) -> Result<void> {
        identity = std::to_string(row.integer(0)) + "@" + std::to_string(row.integer(1));
        return {};
      }));
  if (identity.empty()) return fail(ErrorCode::conflict, "The source has no schema");
  return identity;
}

}  // namespace aiva::backup
