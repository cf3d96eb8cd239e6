#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva {

struct CsvLimits {
  std::size_t record_bytes_max = 64 * 1024;
  std::size_t fields_max = 64;
};

// Reads comma-separated values (RFC 4180) out of bytes that arrive in any pieces. The separator is
// a comma, or a semicolon where the first record has one outside of quotes and no comma. Lines end
// with or without a carriage return; a byte order mark is passed over, and so are empty lines.
class CsvReader {
 public:
  // The record's first line, counted from 1, and its fields, which may be moved from.
  using EachRecord = std::function<Result<void>(std::int64_t line, std::vector<std::string>&)>;

  explicit CsvReader(CsvLimits limits = {}) : limits_(limits) {}

  // Calls `each` for every record that `bytes` complete, until it fails. Fails with `invalid` for
  // quotes that make no sense and `too_large` for a record beyond the limits; both name the line.
  Result<void> feed(std::string_view bytes, const EachRecord& each);
  // The last record, whose line need not end.
  Result<void> finish(const EachRecord& each);

 private:
  enum class State : std::uint8_t { field_begins, plain, quoted, quote_ended };

  Result<void> take(char c, const EachRecord& each);
  Result<void> take_plain(char c, const EachRecord& each);
  Result<void> end_record(const EachRecord& each);
  void end_field();
  Result<void> add(char c);
  [[nodiscard]] bool separates(char c);
  [[nodiscard]] std::unexpected<Error> broken(ErrorCode code, const char* what) const;

  CsvLimits limits_;
  State state_ = State::field_begins;
  char separator_ = '\0';  // not known yet
  std::size_t bytes_ = 0;  // of the record
  std::size_t mark_ = 0;   // bytes of a byte order mark seen
  std::int64_t line_ = 1;
  std::int64_t record_line_ = 1;
  std::string field_{};
  std::vector<std::string> fields_{};
  bool has_quoted_ = false;  // the record has a quoted field, so that it is not empty
};

// Appends a cell. Programs that calculate take a cell that begins with = + - @ for a formula: it
// gets an apostrophe before it, unless it is a telephone number of + and digits.
void append_csv_cell(std::string& out, std::string_view text);

}  // namespace aiva
