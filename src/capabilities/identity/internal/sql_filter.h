#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/database.h"
#include "ports/list_position.h"

namespace aiva::identity {

// The conditions of a list query, joined by AND, with their parameters. Text parameters are
// borrowed.
class SqlFilter {
 public:
  // `condition` holds one "?" for each value.
  template <class... Values>
  void add(std::string_view condition, const Values&... values) {
    where_.append(where_.empty() ? " WHERE " : " AND ").append(condition);
    (parameters_.emplace_back(values), ...);
  }
  // Only what stands behind `after`, if it is given; `columns` order the list, newest first.
  void add_position(std::string_view columns, const std::optional<ListPosition>& after) {
    if (after) add(std::string(columns) + " < (?, ?)", after->key, after->id);
  }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::span<const SqlValue> parameters() const { return parameters_; }
  // The parameters followed by those of " LIMIT ? OFFSET ?".
  [[nodiscard]] std::vector<SqlValue> with_page(int page, int limit) const {
    auto all = parameters_;
    all.emplace_back(limit);
    all.emplace_back(std::int64_t{page - 1} * limit);
    return all;
  }

 private:
  std::string where_;
  std::vector<SqlValue> parameters_;
};

// A LIKE pattern (escape character '!') that finds `text` anywhere.
inline std::string contains_pattern(std::string_view text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

// The single integer a query answers, 0 without a row.
inline Result<std::int64_t> query_number(SqlSession& session, std::string_view sql,
                                         std::span<const SqlValue> parameters) {
  std::int64_t number = 0;
  TRY_VOID(session.query_span(sql, parameters, [&number](const SqlRow& row) -> Result<void> {
    number = row.integer(0);
    return {};
  }));
  return number;
}

}  // namespace aiva::identity
