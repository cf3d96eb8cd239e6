#include "adapters/test_database/internal/plans.h"

#include <fstream>
#include <mutex>
#include <set>
#include <utility>

namespace aiva::test_database {
namespace {

constexpr int table_column = 2;
constexpr int type_column = 3;
constexpr int possible_keys_column = 4;
constexpr int extra_column = 9;

bool can_be_explained(std::string_view sql) {
  return sql.starts_with("SELECT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE") ||
         sql.starts_with("WITH") || sql.find(" SELECT ") != std::string_view::npos;
}

// Whether the first time it is seen. Tests are too small for the optimiser to prefer an index, so
// what counts is whether there is one it could use.
bool is_new(std::string_view sql) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> seen;
  std::lock_guard lock(mutex);
  return seen.emplace(sql).second;
}

void note(const std::string& file, std::string_view table, std::string_view sql) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  std::ofstream(file, std::ios::app) << table << '\t' << sql << '\n';
}

}  // namespace

std::function<void(SqlSession&, std::string_view, std::span<const SqlValue>)> explain_into(
    const std::string& file) {
  return [file](SqlSession& session, std::string_view sql, std::span<const SqlValue> parameters) {
    if (!can_be_explained(sql) || !is_new(sql)) return;
    auto look = [&](const SqlRow& row) -> Result<void> {
      bool is_whole = row.text(type_column) == "ALL" || row.text(type_column) == "index";
      bool is_derived = row.text(table_column).starts_with('<');
      bool is_limited = row.text(type_column) == "index" &&
                        row.text(extra_column).find("Using where") == std::string_view::npos &&
                        sql.find("LIMIT") != std::string_view::npos;
      if (is_whole && !is_derived && !is_limited && row.is_null(possible_keys_column) &&
          !row.is_null(table_column))
        note(file, row.text(table_column), sql);
      return {};
    };
    std::ignore = session.query_span("EXPLAIN " + std::string(sql), parameters, look);
  };
}

}  // namespace aiva::test_database
