#include "capabilities/backup/internal/table_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace aiva::backup {
namespace {

constexpr std::size_t page_rows_min = 16;
constexpr std::size_t page_rows_max = 2000;
constexpr std::size_t page_bytes_small = 1024 * 1024;
constexpr std::size_t page_bytes_large = 8 * 1024 * 1024;
constexpr std::size_t statement_rows_max = 64;
constexpr std::size_t statement_values_max = 8000;
constexpr std::size_t statement_bytes_max = 4 * 1024 * 1024;  // MariaDB takes 16 MB as it comes

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + quote_name(name);
  return text;
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

// Rows behind a key of several columns: SQLite follows its index for a comparison of tuples, MySQL
// for the alternatives that it means.
std::string behind(const std::vector<std::string>& key, SqlDialect dialect) {
  if (key.size() == 1) return quote_name(key.front()) + " > ?";
  if (dialect == SqlDialect::sqlite) {
    std::string marks = "?";
    for (std::size_t i = 1; i < key.size(); ++i) marks += ", ?";
    return "(" + joined(key) + ") > (" + marks + ")";
  }
  std::string text;
  for (std::size_t last = 0; last < key.size(); ++last) {
    text += last == 0 ? "(" : " OR (";
    for (std::size_t i = 0; i < last; ++i) text += quote_name(key[i]) + " = ? AND ";
    text += quote_name(key[last]) + " > ?)";
  }
  return "(" + text + ")";
}

// What behind() asks for, in its order.
std::vector<SqlValue> behind_values(const std::vector<SqlValue>& key, SqlDialect dialect) {
  if (key.size() == 1 || dialect == SqlDialect::sqlite) return key;
  std::vector<SqlValue> values;
  for (std::size_t last = 0; last < key.size(); ++last)
    values.insert(values.end(), key.begin(), key.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  return values;
}

std::string insert_statement(const Table& table, std::size_t rows) {
  auto names = names_of(table);
  std::string marks = "(?";
  for (std::size_t i = 1; i < names.size(); ++i) marks += ", ?";
  marks += ")";
  auto sql = "INSERT INTO " + quote_name(table.name) + " (" + joined(names) + ") VALUES " + marks;
  for (std::size_t i = 1; i < rows; ++i) sql += ", " + marks;
  return sql;
}

// How many of the rows go into one statement: a power of two, so that few have to be prepared.
std::size_t rows_together(std::size_t columns, std::span<const RowBytes> rows) {
  auto most = std::min(rows.size(), statement_rows_max);
  auto together = std::bit_floor(std::clamp(statement_values_max / columns, std::size_t{1}, most));
  auto bytes_of = [rows](std::size_t count) {
    std::size_t bytes = 0;
    for (const auto& row : rows.first(count)) bytes += row.size();
    return bytes;
  };
  while (together > 1 && bytes_of(together) > statement_bytes_max) together /= 2;
  return together;
}

}  // namespace

TablePages::TablePages(const Table& table, SqlDialect dialect, RowBytes after)
    : table_(table), dialect_(dialect), place_(std::move(after)) {
  for (const auto& column : table.key) {
    key_places_.push_back(table.place_of(column));
    AIVA_ASSERT(key_places_.back() >= 0);
  }
  auto select = "SELECT " + joined(names_of(table)) + " FROM " + quote_name(table.name);
  auto order = " ORDER BY " + joined(table.key) + " LIMIT ?";
  first_sql_ = select + order;
  next_sql_ = select + " WHERE " + behind(table.key, dialect) + order;
}

Result<std::vector<RowBytes>> TablePages::next(SqlSession& session) {
  std::vector<RowBytes> rows;
  std::size_t bytes = 0;
  auto from = place_;
  std::vector<SqlValue> parameters;
  if (!from.empty()) {
    TRY(auto key, read_values(from));
    if (key.size() != table_.key.size())
      return fail(ErrorCode::invalid, "The place to go on in " + table_.name + " is malformed");
    parameters = behind_values(key, dialect_);
  }
  parameters.emplace_back(rows_max_);
  auto take = [&](const SqlRow& row) -> Result<void> {
    RowBytes values;
    for (int i = 0; i < static_cast<int>(table_.columns.size()); ++i)
      append_value(values, row, i, table_.columns[static_cast<std::size_t>(i)].type);
    place_.clear();
    for (int place : key_places_)
      append_value(place_, row, place, table_.columns[static_cast<std::size_t>(place)].type);
    bytes += values.size();
    rows.push_back(std::move(values));
    return {};
  };
  auto read = session.query_span(from.empty() ? first_sql_ : next_sql_, parameters, take);
  if (!read) {
    place_ = from;
    return std::unexpected(std::move(read.error()));
  }
  adapt(bytes);
  return rows;
}

void TablePages::adapt(std::size_t bytes) {
  if (bytes > page_bytes_large) rows_max_ = std::max(page_rows_min, rows_max_ / 2);
  if (bytes < page_bytes_small) rows_max_ = std::min(page_rows_max, rows_max_ * 2);
}

Result<void> insert_rows(SqlSession& session, const Table& table, std::span<const RowBytes> rows) {
  auto columns = table.columns.size();
  while (!rows.empty()) {
    auto together = rows_together(columns, rows);
    std::vector<SqlValue> values;
    for (const auto& row : rows.first(together)) {
      TRY(auto some, read_values(row));
      if (some.size() != columns)
        return fail(ErrorCode::invalid, "A row of " + table.name + " has another shape");
      values.insert(values.end(), some.begin(), some.end());
    }
    TRY_VOID(session.execute_span(insert_statement(table, together), values));
    rows = rows.subspan(together);
  }
  return {};
}

Result<std::int64_t> count_rows(SqlSession& session, const Table& table) {
  std::int64_t count = 0;
  TRY_VOID(session.query("SELECT COUNT(*) FROM " + quote_name(table.name), {},
                         [&count](const SqlRow& row) -> Result<void> {
                           count = row.integer(0);
                           return {};
                         }));
  return count;
}

}  // namespace aiva::backup
