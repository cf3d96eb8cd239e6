#include "capabilities/backup/internal/table_schema.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace aiva::backup {
namespace {

// What adapters/schema records of its migrations, some of it for MySQL alone.
constexpr auto record_tables = std::to_array<std::string_view>(
    {"schema_migrations", "schema_compatibility", "schema_migration_steps"});

// The statements that tell a schema; columns are asked for in the same order of both engines.
struct Questions {
  std::string_view tables;        // name, whether it has a counter
  std::string_view columns;       // name, type
  std::string_view key;           // column
  std::string_view foreign_keys;  // number or name, column, parent, the parent's column or NULL
};

constexpr Questions sqlite_questions{
    .tables =
        "SELECT name, sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite|_%' ESCAPE '|' ORDER BY name",
    .columns = "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid",
    .key = "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk",
    .foreign_keys =
        "SELECT id, \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?) "
        "ORDER BY id, seq"};

constexpr Questions mysql_questions{
    .tables =
        "SELECT table_name, auto_increment IS NOT NULL FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name",
    .columns =
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = DATABASE() AND table_name = ? "
        "AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position",
    .key =
        "SELECT column_name FROM information_schema.key_column_usage "
        "WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' "
        "ORDER BY ordinal_position",
    .foreign_keys =
        "SELECT constraint_name, column_name, referenced_table_name, "
        "referenced_column_name FROM information_schema.key_column_usage "
        "WHERE table_schema = DATABASE() AND table_name = ? "
        "AND referenced_table_name IS NOT NULL "
        "ORDER BY constraint_name, ordinal_position"};

const Questions& questions_of(SqlDialect dialect) {
  return dialect == SqlDialect::sqlite ? sqlite_questions : mysql_questions;
}

constexpr auto types = std::to_array<std::pair<std::string_view, ColumnType>>(
    {{"integer", ColumnType::integer},  {"int", ColumnType::integer},
     {"tinyint", ColumnType::integer},  {"smallint", ColumnType::integer},
     {"bigint", ColumnType::integer},   {"mediumint", ColumnType::integer},
     {"real", ColumnType::real},        {"double", ColumnType::real},
     {"text", ColumnType::text},        {"char", ColumnType::text},
     {"varchar", ColumnType::text},     {"tinytext", ColumnType::text},
     {"mediumtext", ColumnType::text},  {"longtext", ColumnType::text},
     {"blob", ColumnType::bytes},       {"binary", ColumnType::bytes},
     {"varbinary", ColumnType::bytes},  {"tinyblob", ColumnType::bytes},
     {"mediumblob", ColumnType::bytes}, {"longblob", ColumnType::bytes}});

std::optional<ColumnType> type_of(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto* found =
      std::ranges::find(types, lower, &std::pair<std::string_view, ColumnType>::first);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

Result<void> read_columns(SqlSession& session, const Questions& ask, Table& table) {
  TRY_VOID(session.query(ask.columns, {table.name}, [&table](const SqlRow& row) -> Result<void> {
    auto type = type_of(row.text(1));
    if (!type)
      return fail(internal_error("column " + table.name + "." + std::string(row.text(0)) +
                                 " has the type " + std::string(row.text(1))));
    table.columns.push_back({std::string(row.text(0)), *type});
    return {};
  }));
  std::ranges::sort(table.columns, {}, &Column::name);
  TRY_VOID(session.query(ask.key, {table.name}, [&table](const SqlRow& row) -> Result<void> {
    table.key.emplace_back(row.text(0));
    return {};
  }));
  if (table.key.empty()) return fail(internal_error("table " + table.name + " has no primary key"));
  return {};
}

Result<void> read_foreign_keys(SqlSession& session, const Questions& ask, Table& table) {
  std::string last;
  return session.query(ask.foreign_keys, {table.name}, [&](const SqlRow& row) -> Result<void> {
    std::string name(row.text(0));
    if (table.foreign_keys.empty() || name != last)
      table.foreign_keys.push_back({.parent = std::string(row.text(2))});
    last = name;
    auto& key = table.foreign_keys.back();
    key.columns.emplace_back(row.text(1));
    if (!row.is_null(3)) key.parent_columns.emplace_back(row.text(3));
    return {};
  });
}

// A table goes when all it refers to have gone.
Result<std::vector<Table>> parents_first(std::vector<Table> tables) {
  std::vector<Table> ordered;
  std::set<std::string, std::less<>> gone;
  auto is_ready = [&gone](const Table& table) {
    return std::ranges::all_of(table.foreign_keys,
                               [&](const ForeignKey& key) { return gone.contains(key.parent); });
  };
  while (!tables.empty()) {
    auto next = std::ranges::find_if(tables, is_ready);
    if (next == tables.end())
      return fail(internal_error("table " + tables.front().name + " refers to itself in a circle"));
    gone.insert(next->name);
    ordered.push_back(std::move(*next));
    tables.erase(next);
  }
  return ordered;
}

// A foreign key that names no columns of its parent means the parent's primary key.
void name_parent_columns(std::vector<Table>& tables) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& table : tables) keys[table.name] = table.key;
  for (auto& table : tables)
    for (auto& key : table.foreign_keys)
      if (key.parent_columns.empty()) key.parent_columns = keys[key.parent];
}

}  // namespace

int Table::place_of(std::string_view column) const {
  auto found = std::ranges::find(columns, column, &Column::name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

Result<std::vector<Table>> read_tables(SqlSession& session) {
  const auto& ask = questions_of(session.dialect());
  std::vector<Table> tables;
  TRY_VOID(session.query(ask.tables, {}, [&tables](const SqlRow& row) -> Result<void> {
    auto name = row.text(0);
    if (is_record_table(name) || name == move_table) return {};
    tables.push_back({.name = std::string(name), .has_counter = row.integer(1) != 0});
    return {};
  }));
  for (auto& table : tables) {
    TRY_VOID(read_columns(session, ask, table));
    TRY_VOID(read_foreign_keys(session, ask, table));
  }
  name_parent_columns(tables);
  return parents_first(std::move(tables));
}

bool is_record_table(std::string_view name) {
  return std::ranges::find(record_tables, name) != record_tables.end();
}

std::string quote_name(std::string_view name) { return "`" + std::string(name) + "`"; }

Result<std::int64_t> read_counter(SqlSession& session, const Table& table) {
  AIVA_ASSERT(table.has_counter);
  std::int64_t number = 0;
  auto take = [&number](const SqlRow& row) -> Result<void> {
    number = std::max(number, row.integer(0));
    return {};
  };
  if (session.dialect() == SqlDialect::sqlite) {
    TRY_VOID(session.query("SELECT seq FROM sqlite_sequence WHERE name = ?", {table.name}, take));
    return number;
  }
  TRY_VOID(
      session.query("SELECT auto_increment - 1 FROM information_schema.tables "
                    "WHERE table_schema = DATABASE() AND table_name = ?",
                    {table.name}, take));
  // MySQL 8 tells the counter as it was up to a day ago.
  auto key = quote_name(table.key.front());
  TRY_VOID(session.query("SELECT COALESCE(MAX(" + key + "), 0) FROM " + quote_name(table.name), {},
                         take));
  return number;
}

Result<void> raise_counter(SqlSession& session, const Table& table, std::int64_t number) {
  AIVA_ASSERT(table.has_counter);
  if (session.dialect() == SqlDialect::mysql) {
    TRY_VOID(session.execute("ALTER TABLE " + quote_name(table.name) +
                             " AUTO_INCREMENT = " + std::to_string(number + 1)));
    return {};
  }
  TRY(auto present, read_counter(session, table));
  if (number <= present) return {};
  TRY_VOID(session.execute("DELETE FROM sqlite_sequence WHERE name = ?", {table.name}));
  TRY_VOID(session.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                           {table.name, number}));
  return {};
}

}  // namespace aiva::backup
