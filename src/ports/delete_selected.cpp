#include "ports/delete_selected.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace aiva {
namespace {

constexpr std::size_t keys_at_once = 128;

// A list of so many parameters that few different statements are prepared.
std::size_t padded(std::size_t count) {
  std::size_t size = 1;
  while (size < count) size *= 4;
  return std::min(size, keys_at_once);
}

Result<std::int64_t> delete_rows(SqlSession& sql, RowsByKey rows,
                                 std::span<const std::string> keys) {
  std::vector<SqlValue> values(keys.begin(), keys.end());
  while (values.size() < padded(keys.size())) values.emplace_back(keys.back());
  auto statement = std::string("DELETE FROM ").append(rows.table).append(" WHERE ");
  statement.append(rows.key).append(" IN (?");
  for (std::size_t i = 1; i < values.size(); ++i) statement += ",?";
  return sql.execute_span(statement + ")", values);
}

}  // namespace

Result<std::int64_t> delete_selected(SqlSession& sql, RowsByKey rows, std::string_view query,
                                     SqlSession::Parameters parameters) {
  std::vector<std::string> keys;
  TRY_VOID(sql.query(query, parameters, [&keys](const SqlRow& row) -> Result<void> {
    keys.emplace_back(row.text(0));
    return {};
  }));
  std::int64_t deleted = 0;
  for (std::size_t at = 0; at < keys.size(); at += keys_at_once) {
    auto some = std::span(keys).subspan(at, std::min(keys_at_once, keys.size() - at));
    TRY(auto count, delete_rows(sql, rows, some));
    deleted += count;
  }
  return deleted;
}

}  // namespace aiva
