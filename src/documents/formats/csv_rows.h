#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::documents {

// Takes the rows off a text of separated values (RFC 4180, with any separator). Quotes that are
// never closed count as text.
class CsvRows {
 public:
  // `text` is borrowed.
  CsvRows(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  [[nodiscard]] bool has_more() const { return !rest_.empty(); }
  // The cells of the next row; their memory is used again by the call after.
  const std::vector<std::string>& next();

 private:
  bool take_quoted(std::string& cell);
  void take_plain(std::string& cell);
  [[nodiscard]] bool is_at_cell_end(std::size_t at) const;

  std::string_view rest_;
  char separator_;
  int unclosed_quotes_ = 0;
  std::vector<std::string> cells_;
};

// The separator a text of rows uses (comma, semicolon, tab or bar), found from its first bytes.
// Without `is_named` (the file's name says that it holds such rows) at least three rows must agree
// that there are columns. `is_whole`: nothing follows the head.
std::optional<char> find_separator(std::string_view head, bool is_whole, bool is_named);

}  // namespace aiva::documents
