#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

enum class ColumnType { integer, real, text, bytes };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  auto operator<=>(const Column&) const = default;
};

// A row in the form that knows no engine: for each value a tag and the value. Two rows are equal
// when their bytes are.
using RowBytes = std::string;

// Appends one value: a number of a variable length, 8 bytes of a real number, or a length and what
// is that long. Numbers are little-endian.
void append_value(RowBytes& out, const SqlValue& value);
// Appends the value of a column of the current row of a query.
void append_value(RowBytes& out, const SqlRow& row, int column, ColumnType type);

// The values of a row, which borrow its bytes. Fails with `invalid` for anything append_value does
// not write.
Result<std::vector<SqlValue>> read_values(std::string_view row);

// What all rows of a table come to, in whatever order they are added: their number and the sum,
// modulo 2^128, of the first halves of their SHA-256.
class RowSum {
 public:
  void add(std::string_view row);
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  // 32 hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  std::int64_t rows_ = 0;
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};

// Frames a row, so that rows can follow one another in a stream.
void append_framed(std::string& out, std::string_view row);

// Cuts a stream of framed rows, which comes in pieces of any length, into its rows.
class RowStream {
 public:
  void add(std::string_view piece);
  // The next row, valid until add(); empty where the pieces so far hold no whole one. Fails with
  // `invalid` for a length that no row has.
  Result<std::string_view> next();
  // Whether nothing of a row is left over.
  [[nodiscard]] bool is_at_end() const { return at_ == buffer_.size(); }

 private:
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace aiva::backup
