#include "documents/formats/converted_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/conversion.h"
#include "documents/formats/table_blocks.h"
#include "documents/formats/text_lines.h"

namespace aiva::documents {
namespace {

constexpr std::size_t heading_bytes_max = 120;
constexpr std::size_t table_bytes_max = 48 * 1024;
constexpr std::size_t columns_max = 256;

// "2. Two" is more often an item of a list somebody typed than a heading.
int heading_level(std::string_view line) {
  return section_number_depth(line) == 1 ? 0 : plain_heading_level(line);
}

// Turns the lines of one page or slide into blocks.
class PageOfText {
 public:
  PageOfText(BlockOutput& out, int page, bool is_slide)
      : out_(out), page_(page), may_be_title_(is_slide) {}

  Result<void> read(std::string_view text) {
    while (!text.empty()) {
      constexpr char ends[] = {'\n', catdoc_row_end, '\0'};
      auto end = std::min(text.find_first_of(ends), text.size());
      auto line = text.substr(0, end);
      bool is_row = end < text.size() && text[end] == catdoc_row_end;
      text.remove_prefix(std::min(end + 1, text.size()));
      TRY_VOID(is_row ? add_row(line) : add_line(line));
    }
    return end_table();
  }

 private:
  Result<void> add_row(std::string_view line) {
    std::vector<std::string> cells;
    while (!line.empty() && cells.size() < columns_max) {
      auto end = std::min(line.find(catdoc_cell_end), line.size());
      cells.push_back(clean_flowing_text(line.substr(0, end)));
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    cells_ += cells.size();
    if (cells_ <= table_cells_max) rows_.push_back(std::move(cells));
    return {};
  }

  Result<void> end_table() {
    auto rows = std::exchange(rows_, {});
    if (rows.empty()) return {};
    TableBlocks table(out_, {.kind = BlockKind::table, .page = page_, .text = {}}, table_bytes_max);
    bool has_header = has_header_row(rows);
    for (std::size_t i = 0; i < rows.size(); ++i)
      TRY_VOID(table.add_row(rows[i], has_header && i == 0));
    return table.finish();
  }

  Result<void> add_line(std::string_view line) {
    line = trim(line);
    if (line.empty()) return {};
    TRY_VOID(end_table());
    Block block{.page = page_, .text = {}};
    if (std::exchange(may_be_title_, false) && line.size() <= heading_bytes_max) {
      block.kind = BlockKind::heading;
      block.level = 2;
    } else if (int level = heading_level(line); level != 0) {
      block.kind = BlockKind::heading;
      block.level = level;
    } else if (auto marker = list_marker(line)) {
      block.kind = BlockKind::list_item;
      block.level = 1;
      if (marker->is_bullet) line.remove_prefix(marker->bytes);
    }
    // Marks of cells outside of rows.
    block.text = line;
    std::ranges::replace(block.text, catdoc_cell_end, '\t');
    return out_.add(std::move(block));
  }

  BlockOutput& out_;
  int page_;
  bool may_be_title_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t cells_ = 0;
};

Result<DocumentSummary> read_pages(std::string_view bytes, BlockOutput& out, bool are_slides) {
  TRY(auto text, decode_text(bytes, "utf-8"));
  if (is_blank(text))
    return fail(ErrorCode::invalid, "The converter found no text in the document");
  std::string_view rest = text;
  // The last slide ends with a form feed, too.
  while (!rest.empty() && (rest.back() == '\f' || rest.back() == '\n')) rest.remove_suffix(1);
  int pages = static_cast<int>(
      std::min<std::ptrdiff_t>(1 + std::ranges::count(rest, '\f'), out.limits().pages_max));
  for (int page = 1; page <= pages; ++page) {
    auto end = page == pages ? rest.size() : std::min(rest.find('\f'), rest.size());
    TRY_VOID(PageOfText(out, page, are_slides).read(rest.substr(0, end)));
    TRY_VOID(out.end_page(page, pages));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return DocumentSummary{.pages = pages, .pages_read = pages};
}

}  // namespace

Result<DocumentSummary> read_catdoc_text(std::string_view text, BlockOutput& out) {
  return read_pages(text, out, false);
}

Result<DocumentSummary> read_catppt_text(std::string_view text, BlockOutput& out) {
  return read_pages(text, out, true);
}

}  // namespace aiva::documents
