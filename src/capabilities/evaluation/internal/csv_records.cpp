#include "capabilities/evaluation/internal/csv_records.h"

#include <algorithm>
#include <utility>

namespace aiva::evaluation {
namespace {

constexpr std::size_t cells_max = 64;

}  // namespace

Result<std::optional<CsvRecord>> CsvRecords::next() {
  while (!rest_.empty()) {
    CsvRecord record{.cells = {}, .line = line_};
    for (bool has_more = true; has_more;) {
      if (record.cells.size() == cells_max)
        return fail(ErrorCode::invalid, "has more than 64 cells");
      TRY(auto cell, take_cell());
      record.cells.push_back(std::move(cell));
      has_more = take_separator();
    }
    bool is_blank = record.cells.size() == 1 && record.cells.front().empty();
    if (!is_blank) return record;
  }
  return std::nullopt;
}

Result<std::string> CsvRecords::take_cell() {
  if (rest_.starts_with('"')) return take_quoted();
  auto end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
  auto cell = rest_.substr(0, end);
  if (cell.contains('"'))
    return fail(ErrorCode::invalid, "has a quote within a cell; quote the cell and double it");
  rest_.remove_prefix(end);
  return std::string(cell);
}

Result<std::string> CsvRecords::take_quoted() {
  std::string cell;
  auto text = rest_.substr(1);
  for (;;) {
    auto quote = text.find('"');
    if (quote == std::string_view::npos)
      return fail(ErrorCode::invalid, "begins a quotation that is never closed");
    cell += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) break;
    cell += '"';
    text.remove_prefix(1);
  }
  if (!text.empty() && text.find_first_of(",\r\n") != 0)
    return fail(ErrorCode::invalid, "has text behind a closing quote");
  rest_ = text;
  line_ += static_cast<std::size_t>(std::ranges::count(cell, '\n'));
  return cell;
}

bool CsvRecords::take_separator() {
  if (rest_.starts_with(',')) {
    rest_.remove_prefix(1);
    return true;
  }
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  if (rest_.starts_with('\n')) rest_.remove_prefix(1);
  ++line_;
  return false;
}

}  // namespace aiva::evaluation
