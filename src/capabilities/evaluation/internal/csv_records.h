#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::evaluation {

// A record of comma-separated values and the line it begins on, from 1.
struct CsvRecord {
  std::vector<std::string> cells;
  std::size_t line = 1;
};

// Reads records strictly by RFC 4180, so that a mistake is told by its line instead of being taken
// for text, as the reader of documents does.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : rest_(text) {}

  // The next record with anything in it; nothing at the end. Fails with `invalid` on a quote that
  // is not closed or stands within a cell; `line` is then where.
  Result<std::optional<CsvRecord>> next();
  [[nodiscard]] std::size_t line() const { return line_; }

 private:
  Result<std::string> take_cell();
  Result<std::string> take_quoted();
  // Whether the record goes on.
  bool take_separator();

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace aiva::evaluation
