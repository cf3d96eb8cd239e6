#include <algorithm>
#include <charconv>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/table_regions.h"
#include "documents/xml/xml_reader.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t content_bytes_max = 192UL * 1024 * 1024;
constexpr int rows_max = 1'048'576;
constexpr int columns_max = 16'384;
constexpr std::size_t cell_bytes_max = 64 * 1024;
constexpr int blanks_max = 100;
constexpr std::size_t hidden_ranges_max = 1000;

// How often an element stands for itself; never more than `max`.
int repeats(std::string_view text, int max) {
  long long value = 1;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc::result_out_of_range) return max;
  return static_cast<int>(std::clamp<long long>(value, 1, max));
}

int count_tables(std::string_view xml) {
  constexpr std::string_view start = "<table:table ";
  int count = 0;
  for (auto at = xml.find(start); at != std::string_view::npos; at = xml.find(start, at + 1))
    ++count;
  return count;
}

// Puts the tables of content.xml (OpenDocument 1.3, part 3) out.
class SpreadsheetReader {
 public:
  SpreadsheetReader(std::string_view content, BlockOutput& out)
      : xml_(content), out_(out), pages_(count_tables(content)) {}

  Result<void> read() {
    return xml_.for_each_child([this](std::string_view) -> Result<void> {
      return xml_.for_each_child([this](std::string_view name) -> Result<void> {
        if (name == "automatic-styles") return read_styles();
        if (name != "body") return {};
        return xml_.for_each_child([this](std::string_view) -> Result<void> {
          return xml_.for_each_child([this](std::string_view part) -> Result<void> {
            return part == "table" ? read_table() : Result<void>();
          });
        });
      });
    });
  }

  [[nodiscard]] int pages() const { return std::max(pages_, page_); }
  [[nodiscard]] int pages_read() const { return pages_read_; }

 private:
  struct HiddenColumns {
    int first = 0;
    int last = 0;
  };

  Result<void> read_styles() {
    return xml_.for_each_child([this](std::string_view) -> Result<void> {
      std::string style(xml_.attribute("name"));
      return xml_.for_each_child([&](std::string_view name) -> Result<void> {
        if (name == "table-properties" && xml_.attribute("display") == "false")
          hidden_styles_.insert(style);
        return {};
      });
    });
  }

  Result<void> read_table() {
    if (page_ >= out_.limits().pages_max) return {};
    ++page_;
    row_ = 0;
    column_ = 0;
    hidden_columns_.clear();
    merged_ = {};
    comments_.clear();
    bool is_hidden = hidden_styles_.contains(std::string(xml_.attribute("style-name")));
    TableRegions regions(out_, clean_flowing_text(unwrap_lines(xml_.attribute("name"))),
                         Block{.page = page_, .is_hidden = is_hidden, .text = {}});
    auto read = read_rows(regions);
    if (!read && out_.is_closed()) return read;
    TRY_VOID(regions.finish());
    for (auto& comment : comments_) TRY_VOID(regions.add_paragraph(std::move(comment)));
    TRY_VOID(read);
    ++pages_read_;
    return out_.end_page(page_, pages());
  }

  Result<void> read_rows(TableRegions& regions) {
    return xml_.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "table-row") return read_row(regions);
      if (name == "table-column") read_column();
      if (name == "table-header-rows") regions.set_header_row(row_ + 1);
      bool is_group = name == "table-header-rows" || name == "table-rows" ||
                      name == "table-row-group" || name == "table-columns" ||
                      name == "table-column-group" || name == "table-header-columns";
      return is_group ? read_rows(regions) : Result<void>();
    });
  }

  void read_column() {
    int count = repeats(xml_.attribute("number-columns-repeated"), columns_max);
    bool is_hidden = xml_.attribute("visibility") == "collapse";
    if (is_hidden && hidden_columns_.size() < hidden_ranges_max)
      hidden_columns_.push_back({.first = column_ + 1, .last = column_ + count});
    column_ = std::min(column_ + count, columns_max);
  }

  Result<void> read_row(TableRegions& regions) {
    int count = repeats(xml_.attribute("number-rows-repeated"), rows_max);
    bool is_hidden = xml_.attribute("visibility") == "collapse";
    SheetRow row{.number = row_ + 1};
    column_ = 0;
    TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
      bool is_cell = name == "table-cell" || name == "covered-table-cell";
      return is_cell ? read_cell(row) : Result<void>();
    }));
    merged_.repeat_in(row);
    int first = std::exchange(row_, std::min(row_ + count, rows_max));
    if (is_hidden || row.cells.empty()) return {};
    for (int number = first + 1; number <= row_; ++number) {
      auto copy = row;
      copy.number = number;
      TRY_VOID(regions.add_row(std::move(copy), cells_left_));
    }
    return {};
  }

  Result<void> read_cell(SheetRow& row) {
    int count = repeats(xml_.attribute("number-columns-repeated"), columns_max);
    int rows_spanned = repeats(xml_.attribute("number-rows-spanned"), rows_max);
    std::string value(xml_.attribute("value"));
    int column = column_ + 1;
    column_ = std::min(column_ + count, columns_max);
    std::string text;
    TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "annotation") return read_comment(row.number, column);
      if (name != "p" && name != "h") return {};
      if (!text.empty()) text += '\n';
      return append_text(text, &row);
    }));
    if (text.empty()) text = std::move(value);
    if (is_blank(text)) return {};
    if (rows_spanned > 1) merged_.add(column, row.number + rows_spanned - 1, text);
    constexpr std::size_t repeated_bytes_max = 1024 * 1024;
    if (text.size() * static_cast<std::size_t>(count) > repeated_bytes_max)
      text.resize(utf8_prefix(text, repeated_bytes_max / static_cast<std::size_t>(count)).size());
    for (; column <= column_; ++column)
      if (!is_hidden(column)) row.cells.push_back({.column = column, .text = text});
    return {};
  }

  [[nodiscard]] bool is_hidden(int column) const {
    return std::ranges::any_of(hidden_columns_, [column](const HiddenColumns& hidden) {
      return column >= hidden.first && column <= hidden.last;
    });
  }

  // The text of a paragraph; links go to the row.
  Result<void> append_text(std::string& text, SheetRow* row) {
    int depth = xml_.depth();
    for (;;) {
      TRY(auto event, xml_.next());
      if (event == XmlEvent::done || xml_.depth() < depth) return {};
      if (event == XmlEvent::text) {
        if (text.size() < cell_bytes_max) text += xml_.text();
        continue;
      }
      if (event != XmlEvent::start) continue;
      auto name = xml_.name();
      if (name == "s")
        text.append(static_cast<std::size_t>(repeats(xml_.attribute("c"), blanks_max)), ' ');
      if (name == "tab" || name == "line-break") text += ' ';
      if (name == "a" && row != nullptr) row->links.emplace_back(xml_.attribute("href"));
    }
  }

  Result<void> read_comment(int row, int column) {
    std::string place;
    for (int rest = column; rest > 0; rest = (rest - 1) / 26)
      place.insert(place.begin(), static_cast<char>('A' + (rest - 1) % 26));
    std::string text;
    TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
      if (name != "p") return {};
      if (!text.empty()) text += '\n';
      return append_text(text, nullptr);
    }));
    constexpr std::size_t comments_max = 20'000;
    if (!is_blank(text) && comments_.size() < comments_max)
      comments_.push_back("Comment on " + place + std::to_string(row) + ": " + text);
    return {};
  }

  XmlReader xml_;
  BlockOutput& out_;
  int pages_;
  int page_ = 0;
  int pages_read_ = 0;
  int row_ = 0;
  int column_ = 0;
  std::size_t cells_left_ = table_cells_max;
  std::unordered_set<std::string> hidden_styles_;
  std::vector<HiddenColumns> hidden_columns_;
  MergedTexts merged_;
  std::vector<std::string> comments_;
};

std::string read_title(ZipReader& zip) {
  std::string title;
  auto bytes = zip.read("meta.xml", xml_bytes_max);
  auto text = bytes ? decode_xml(std::move(*bytes)) : Result<std::string>(std::string());
  if (!text) return title;
  XmlReader xml(*text);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view name) -> Result<void> {
        if (name != "title") return {};
        TRY(title, xml.read_text());
        return {};
      });
    });
  });
  return clean_flowing_text(unwrap_lines(title));
}

class OdsFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::ods; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto zip, ZipReader::open(bytes));
    auto manifest = zip.read("META-INF/manifest.xml", xml_bytes_max);
    if (manifest && manifest->contains("encryption-data"))
      return fail(ErrorCode::invalid, "The document is protected with a password");
    TRY(auto content, zip.read("content.xml", content_bytes_max));
    TRY(auto xml, decode_xml(std::move(content)));
    SpreadsheetReader reader(xml, out);
    TRY_VOID(reader.read());
    DocumentSummary summary{
        .title = read_title(zip), .pages = reader.pages(), .pages_read = reader.pages_read()};
    if (summary.pages_read < summary.pages) summary.partial_reason = "Some sheets were not read";
    return summary;
  }
};

}  // namespace

std::unique_ptr<Format> make_ods_format() { return std::make_unique<OdsFormat>(); }

}  // namespace aiva::documents
