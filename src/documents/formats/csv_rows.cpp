#include "documents/formats/csv_rows.h"

#include <algorithm>
#include <map>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

// A quotation longer than this was never closed.
constexpr std::size_t quoted_bytes_max = 1024 * 1024;
// After so many quotes that were never closed, quotes are text: each costs a search.
constexpr int unclosed_quotes_max = 64;
constexpr std::size_t sample_rows_max = 60;
constexpr std::size_t columns_max = 4096;  // more stay in the last one

}  // namespace

bool CsvRows::is_at_cell_end(std::size_t at) const {
  return at >= rest_.size() || rest_[at] == separator_ || rest_[at] == '\n' || rest_[at] == '\r';
}

// A quoted cell at the start of the rest. False, with nothing taken, where its quote is no opening
// one: it is never closed, or the next one is across a line end and inside a word.
bool CsvRows::take_quoted(std::string& cell) {
  auto window = rest_.substr(0, quoted_bytes_max);
  for (std::size_t at = 1;;) {
    auto quote = window.find('"', at);
    if (quote == std::string_view::npos) {
      ++unclosed_quotes_;
      cell.clear();
      return false;
    }
    cell += window.substr(at, quote - at);
    at = quote + 1;
    if (at < window.size() && window[at] == '"') {
      cell += '"';
      ++at;
      continue;
    }
    if (!is_at_cell_end(at) && cell.find('\n') != std::string::npos) {
      ++unclosed_quotes_;
      cell.clear();
      return false;
    }
    rest_.remove_prefix(at);
    return true;
  }
}

void CsvRows::take_plain(std::string& cell) {
  std::size_t end = 0;
  while (!is_at_cell_end(end)) ++end;
  cell += rest_.substr(0, end);
  rest_.remove_prefix(end);
}

const std::vector<std::string>& CsvRows::next() {
  std::size_t count = 0;
  for (;;) {
    if (count < columns_max) ++count;
    if (cells_.size() < count) cells_.emplace_back();
    auto& cell = cells_[count - 1];
    cell.clear();
    bool may_be_quoted = rest_.starts_with('"') && unclosed_quotes_ < unclosed_quotes_max;
    if (may_be_quoted) take_quoted(cell);
    take_plain(cell);
    if (!rest_.starts_with(separator_)) break;
    rest_.remove_prefix(1);
  }
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  if (rest_.starts_with('\n')) rest_.remove_prefix(1);
  cells_.resize(count);
  return cells_;
}

namespace {

// What the rows of a sample say about one separator.
struct Trial {
  std::size_t rows = 0;
  std::size_t columns = 0;   // of most rows
  std::size_t agreeing = 0;  // rows with that many
  std::size_t filled = 0;    // rows with text in at least two columns
  std::size_t bytes = 0;
  std::size_t blank_led = 0;  // cells but the first that begin with a blank, as prose does
  std::size_t cells = 0;
  bool has_rule = false;  // a row of dashes: a table of Markdown or of a terminal
};

bool is_rule(const std::vector<std::string>& row) {
  bool has_dash = false;
  for (const auto& cell : row) {
    if (cell.find_first_not_of("-=:+| \t") != std::string::npos) return false;
    has_dash |= cell.find("--") != std::string::npos;
  }
  return has_dash;
}

Trial try_separator(std::string_view head, char separator, bool is_whole) {
  Trial trial;
  std::map<std::size_t, std::size_t> widths;
  CsvRows rows(head, separator);
  while (rows.has_more() && trial.rows < sample_rows_max) {
    const auto& row = rows.next();
    // The head may end within this row.
    if (!rows.has_more() && !is_whole && trial.rows > 0) break;
    bool is_blank_row = row.size() == 1 && is_blank(row.front());
    if (is_blank_row) continue;
    ++trial.rows;
    ++widths[row.size()];
    trial.has_rule |= is_rule(row);
    std::size_t with_text = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      with_text += is_blank(row[i]) ? 0 : 1;
      trial.blank_led += i > 0 && row[i].starts_with(' ') ? 1 : 0;
      trial.bytes += row[i].size();
    }
    trial.cells += row.size();
    trial.filled += with_text >= 2 ? 1 : 0;
  }
  for (auto [width, count] : widths) {
    if (count < trial.agreeing) continue;
    trial.columns = width;
    trial.agreeing = count;
  }
  return trial;
}

bool is_convincing(const Trial& trial, char separator) {
  if (trial.rows < 3 || trial.columns < 2 || trial.agreeing < trial.rows || trial.has_rule)
    return false;
  bool is_dense = trial.filled * 10 >= trial.rows * 7;
  bool is_short = trial.bytes <= trial.cells * 100;
  bool is_prose = separator != '\t' && separator != '|' && trial.columns < 4 &&
                  trial.blank_led * 2 > trial.cells - trial.rows;
  return is_dense && is_short && !is_prose;
}

}  // namespace

std::optional<char> find_separator(std::string_view head, bool is_whole, bool is_named) {
  std::optional<char> best;
  std::size_t best_score = 0;
  for (char separator : {',', ';', '\t', '|'}) {
    auto trial = try_separator(head, separator, is_whole);
    bool is_possible = is_named ? trial.columns >= 2 && trial.agreeing * 2 >= trial.rows
                                : is_convincing(trial, separator);
    if (!is_possible) continue;
    auto score =
        trial.agreeing * 1000 / trial.rows * 100 + std::min<std::size_t>(trial.columns, 99);
    if (score <= best_score) continue;
    best = separator;
    best_score = score;
  }
  return best;
}

}  // namespace aiva::documents
