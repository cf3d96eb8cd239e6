#include <algorithm>
#include <string>
#include <vector>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/csv_rows.h"
#include "documents/formats/format.h"
#include "documents/formats/table_blocks.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t head_bytes = 64 * 1024;
constexpr std::size_t block_bytes = 60 * 1024;
constexpr std::size_t header_sample_rows = 30;

// "sep=;" in the first line is a note to spreadsheet programs.
std::optional<char> take_separator_note(std::string_view& text) {
  if (!text.starts_with("sep=") || text.size() < 6) return std::nullopt;
  auto end = text.find('\n');  // nothing found is beyond it too
  if (end > 6) return std::nullopt;
  char separator = text[4];
  text.remove_prefix(end + 1);
  return separator;
}

bool names_columns(std::string_view text, char separator) {
  std::vector<std::vector<std::string>> sample;
  CsvRows rows(text.substr(0, head_bytes), separator);
  while (rows.has_more() && sample.size() < header_sample_rows) sample.push_back(rows.next());
  return has_header_row(sample);
}

class CsvFormat final : public Format {
 public:
  explicit CsvFormat(FileFormat format) : format_(format) {}

  [[nodiscard]] FileFormat format() const override { return format_; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto decoded, decode_text(bytes));
    std::string_view text = decoded;
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    auto separator = take_separator_note(text);
    if (!separator) separator = find_separator(utf8_prefix(text, head_bytes), false, true);
    if (!separator) separator = format_ == FileFormat::tsv ? '\t' : ',';
    TRY_VOID(read_rows(text, *separator, out));
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.pages = 1, .pages_read = 1};
  }

 private:
  static Result<void> read_rows(std::string_view text, char separator, BlockOutput& out) {
    TableBlocks table(out, Block{}, block_bytes);
    bool is_header = names_columns(text, separator);
    std::size_t cells = 0;
    for (CsvRows rows(text, separator); rows.has_more(); is_header = false) {
      const auto& row = rows.next();
      cells += row.size();
      TRY_VOID(table.add_row(row, is_header));
      for (const auto& cell : row)
        if (cell.starts_with("http")) table.add_link(trim(cell));
      if (cells <= table_cells_max) continue;
      TRY_VOID(table.finish());
      return fail(ErrorCode::too_large, "The table has more than " +
                                            std::to_string(table_cells_max) +
                                            " cells; the rest of it was left out");
    }
    return table.finish();
  }

  FileFormat format_;
};

}  // namespace

std::unique_ptr<Format> make_csv_format() { return std::make_unique<CsvFormat>(FileFormat::csv); }
std::unique_ptr<Format> make_tsv_format() { return std::make_unique<CsvFormat>(FileFormat::tsv); }

}  // namespace aiva::documents
