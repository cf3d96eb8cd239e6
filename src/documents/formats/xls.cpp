#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "documents/formats/format.h"
#include "documents/formats/legacy_container.h"
#include "documents/formats/table_regions.h"
#include "documents/formats/xls_records.h"

namespace aiva::documents {
namespace {

constexpr std::size_t columns_max = 256;
constexpr std::size_t rows_max = 65536;

std::string error_name(std::uint32_t code) {
  switch (code) {
    case 0x00: return "#NULL!";
    case 0x07: return "#DIV/0!";
    case 0x0F: return "#VALUE!";
    case 0x17: return "#REF!";
    case 0x1D: return "#NAME?";
    case 0x24: return "#NUM!";
    default: return "#N/A";
  }
}

// How much is read of one workbook: sheets of a damaged one may all lie in the same place.
struct Budget {
  std::size_t cells = table_cells_max;
  std::size_t bytes = 0;
};

// Puts the cells of one sheet out. Records come row by row, what is said about rows and columns
// partly behind them: a first pass collects that.
class XlsSheetReader {
 public:
  XlsSheetReader(std::string_view stream, const XlsSheet& sheet, const XlsBook& book,
                 TableRegions& regions, Budget& budget)
      : records_(stream, sheet.offset), book_(book), regions_(regions), budget_(budget) {}

  Result<void> read() {
    look_ahead();
    int depth = 0;  // charts lie in a sheet as parts of their own
    while (next(records_)) {
      auto kind = records_.kind();
      if (kind == XlsRecord::begin_of_part) ++depth;
      if (kind == XlsRecord::end_of_part && --depth <= 0) break;
      if (depth == 1) TRY_VOID(read_record(kind));
    }
    return end_row();
  }

 private:
  struct Merge {
    std::uint32_t first_row = 0;
    std::uint32_t last_row = 0;
    std::uint32_t column = 0;
  };

  bool next(XlsRecords& records) {
    if (!records.next()) return false;
    auto bytes = records.content().size() + 4;
    budget_.bytes -= std::min(bytes, budget_.bytes);
    return budget_.bytes > 0;
  }

  void look_ahead() {
    auto records = records_;
    int depth = 0;
    while (next(records)) {
      auto kind = records.kind();
      if (kind == XlsRecord::begin_of_part) ++depth;
      if (kind == XlsRecord::end_of_part && --depth <= 0) break;
      if (depth != 1) continue;
      if (kind == XlsRecord::row && (records.number16(12) & 0x20U) != 0)
        hidden_rows_[records.number16(0)] = true;
      if (kind == XlsRecord::column_info && (records.number16(8) & 1U) != 0)
        for (auto c = records.number16(0); c <= std::min<std::uint32_t>(records.number16(2), 255);
             ++c)
          hidden_columns_[c] = true;
      if (kind == XlsRecord::merged) add_merges(records);
    }
    std::ranges::sort(merges_, {}, &Merge::first_row);
  }

  void add_merges(const XlsRecords& records) {
    constexpr std::size_t merges_max = 100'000;
    for (std::uint32_t i = 0; i < records.number16(0) && merges_.size() < merges_max; ++i) {
      auto at = 2 + std::size_t{i} * 8;
      Merge merge{.first_row = records.number16(at),
                  .last_row = records.number16(at + 2),
                  .column = records.number16(at + 4)};
      if (merge.last_row > merge.first_row) merges_.push_back(merge);
    }
  }

  Result<void> read_record(XlsRecord kind) {
    switch (kind) {
      case XlsRecord::number: return add_number(records_.number16(2), 4, records_.real(6));
      case XlsRecord::small_number:
        return add_number(records_.number16(2), 4, records_.small_real(6));
      case XlsRecord::numbers: return add_numbers();
      case XlsRecord::shared_text: return add_shared_text();
      case XlsRecord::text:
        return add_cell(records_.number16(2), records_.text(8, records_.number16(6)));
      case XlsRecord::bool_or_error:
        return add_cell(records_.number16(2),
                        bool_or_error(records_.byte(6), records_.byte(7) != 0));
      case XlsRecord::formula: return add_formula();
      case XlsRecord::formula_text: return add_formula_text();
      default: return {};
    }
  }

  static std::string bool_or_error(std::uint32_t value, bool is_error) {
    if (is_error) return error_name(value);
    return value != 0 ? "TRUE" : "FALSE";
  }

  Result<void> add_number(std::uint32_t column, std::size_t style_at, double value) {
    return add_cell(column,
                    book_.format_of(records_.number16(style_at)).show(value, book_.is_1904));
  }

  Result<void> add_numbers() {
    auto column = records_.number16(2);
    for (std::size_t at = 4; at + 8 <= records_.content().size(); at += 6)
      TRY_VOID(add_number(column++, at, records_.small_real(at + 2)));
    return {};
  }

  Result<void> add_shared_text() {
    auto index = records_.number32(6);
    if (index >= book_.strings.size()) return {};
    const auto& format = book_.format_of(records_.number16(4));
    return add_cell(records_.number16(2), format.show_text(book_.strings[index]));
  }

  // The result of a formula is a number, or the kind of another thing (MS-XLS 2.5.133).
  Result<void> add_formula() {
    constexpr std::uint32_t no_number = 0xFFFF;
    auto column = records_.number16(2);
    if (records_.number16(12) != no_number) return add_number(column, 4, records_.real(6));
    auto kind = records_.byte(6);
    awaits_text_ = kind == 0;
    formula_column_ = column;
    formula_row_ = records_.number16(0);
    if (kind == 1 || kind == 2) return add_cell(column, bool_or_error(records_.byte(8), kind == 2));
    return {};
  }

  Result<void> add_formula_text() {
    if (!std::exchange(awaits_text_, false)) return {};
    return add_cell_at(formula_row_, formula_column_, records_.text(2, records_.number16(0)));
  }

  Result<void> add_cell(std::uint32_t column, std::string text) {
    return add_cell_at(records_.number16(0), column, std::move(text));
  }

  Result<void> add_cell_at(std::uint32_t row, std::uint32_t column, std::string text) {
    if (static_cast<int>(row) + 1 != row_.number) {
      TRY_VOID(end_row());
      row_.number = static_cast<int>(row) + 1;
    }
    bool is_shown = column < columns_max && !hidden_columns_[column] && !hidden_rows_[row];
    if (is_shown && !text.empty())
      row_.cells.push_back({.column = static_cast<int>(column) + 1, .text = std::move(text)});
    return {};
  }

  Result<void> end_row() {
    auto row = std::exchange(row_, {});
    if (row.cells.empty()) return {};
    std::ranges::sort(row.cells, {}, &SheetCell::column);
    merged_.repeat_in(row);
    for (; next_merge_ < merges_.size() &&
           static_cast<int>(merges_[next_merge_].first_row) < row.number;
         ++next_merge_) {
      const auto& merge = merges_[next_merge_];
      int column = static_cast<int>(merge.column) + 1;
      auto cell = std::ranges::find(row.cells, column, &SheetCell::column);
      bool begins_here = static_cast<int>(merge.first_row) + 1 == row.number;
      if (begins_here && cell != row.cells.end())
        merged_.add(column, static_cast<int>(merge.last_row) + 1, cell->text);
    }
    return regions_.add_row(std::move(row), budget_.cells);
  }

  XlsRecords records_;
  const XlsBook& book_;
  TableRegions& regions_;
  Budget& budget_;
  std::vector<bool> hidden_columns_ = std::vector<bool>(columns_max);
  std::vector<bool> hidden_rows_ = std::vector<bool>(rows_max);
  std::vector<Merge> merges_;
  std::size_t next_merge_ = 0;
  MergedTexts merged_;
  SheetRow row_{};
  bool awaits_text_ = false;
  std::uint32_t formula_row_ = 0;
  std::uint32_t formula_column_ = 0;
};

class XlsFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::xls; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto container, OleContainer::open(bytes));
    auto stream = container.read("Workbook");
    if (!stream) stream = container.read("Book");
    TRY_VOID(stream);
    TRY(auto book, read_xls_book(*stream));
    if (book.sheets.empty()) return fail(ErrorCode::invalid, "The workbook holds no sheet");
    auto pages = static_cast<int>(book.sheets.size());
    Budget budget{.bytes = stream->size() * 4};
    for (int page = 1; page <= pages; ++page) {
      const auto& sheet = book.sheets[static_cast<std::size_t>(page - 1)];
      TableRegions regions(out, sheet.name,
                           Block{.page = page, .is_hidden = sheet.is_hidden, .text = {}});
      if (sheet.has_cells) TRY_VOID(XlsSheetReader(*stream, sheet, book, regions, budget).read());
      TRY_VOID(regions.finish());
      TRY_VOID(out.end_page(page, pages));
    }
    return DocumentSummary{.pages = pages, .pages_read = pages};
  }
};

}  // namespace

std::unique_ptr<Format> make_xls_format() { return std::make_unique<XlsFormat>(); }

}  // namespace aiva::documents
