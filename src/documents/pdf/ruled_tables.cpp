#include "documents/pdf/ruled_tables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "documents/formats/table_blocks.h"
#include "documents/pdf/fragments.h"
#include "documents/pdf/joined_text.h"
#include "documents/pdf/lines.h"
#include "documents/pdf/stroke_grids.h"
#include "documents/table_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t strokes_min = 4;
constexpr std::size_t grids_max = 50;         // on one page; more are a drawing
constexpr float filled_share_min = 0.3F;      // of the cells; less is a chart
constexpr std::size_t cell_bytes_max = 2000;  // more is a page in frames
constexpr std::size_t open_rows_min = 3;      // lines side by side in a body without strokes
constexpr float open_share_min = 0.7F;        // of the places in such a body are filled

using Row = std::vector<std::string>;

// The text of one cell.
struct CellText {
  std::vector<Line> lines;

  [[nodiscard]] bool is_bold() const {
    return !lines.empty() && std::ranges::all_of(lines, &Line::is_bold);
  }
};

// Reads the glyphs that stand in one grid.
class GridReader {
 public:
  GridReader(const PageGlyphs& page, const StrokeGrid& grid, std::vector<int>& cells)
      : page_(page), grid_(grid), cells_(cells) {}

  // `cells` says for each glyph in which cell it stands, -1 for none.
  std::optional<RuledTable> read() {
    place_glyphs();
    read_cells();
    bool is_reversed = right_to_left_lines_ * 2 > lines_;
    std::vector<Row> rows;
    for (std::size_t row = 0; row < grid_.rows(); ++row) add_rows(row, rows);
    if (is_reversed)
      for (auto& row : rows) std::ranges::reverse(row);
    if (!is_table(rows)) return std::nullopt;
    RuledTable table{.box = grid_.box(), .size = size_, .text = {}};
    for (const auto& row : rows) add_table_row(table.text, row);
    bool has_bold_header = is_bold_row(0) && !is_bold_row(grid_.rows() - 1);
    table.header_rows = has_bold_header || has_header_row(rows) ? 1 : 0;
    return table;
  }

 private:
  void place_glyphs() {
    texts_.resize(grid_.rows() * grid_.columns());
    glyphs_.resize(texts_.size());
    for (std::size_t i = 0; i < page_.glyphs.size(); ++i) {
      const auto& box = page_.glyphs[i].box;
      auto cell = grid_.cell_at((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      cells_[i] = cell ? static_cast<int>(grid_.index_of(*cell)) : -1;
      if (cell) glyphs_[grid_.index_of(*cell)].push_back(page_.glyphs[i]);
    }
  }

  void read_cells() {
    PageGlyphs part{.width = page_.width, .height = page_.height};
    part.styles = page_.styles;
    std::map<float, int> sizes;
    for (std::size_t i = 0; i < glyphs_.size(); ++i) {
      if (glyphs_[i].empty()) continue;
      part.glyphs = std::move(glyphs_[i]);
      texts_[i].lines = join_lines(part, find_fragments(part));
      for (const auto& line : texts_[i].lines) {
        sizes[line.size] += line.glyph_count;
        ++lines_;
        right_to_left_lines_ += line.is_right_to_left ? 1 : 0;
      }
    }
    auto most = std::ranges::max_element(sizes, {}, [](const auto& entry) { return entry.second; });
    if (most != sizes.end()) size_ = most->first;
  }

  [[nodiscard]] std::span<const CellText> row_of(std::size_t row) const {
    return std::span(texts_).subspan(row * grid_.columns(), grid_.columns());
  }

  void add_rows(std::size_t row, std::vector<Row>& rows) const {
    auto texts = row_of(row);
    if (grid_.rows() <= 2 && row + 1 == grid_.rows() && add_open_rows(texts, rows)) return;
    Row cells;
    for (const auto& text : texts) cells.push_back(join_flowing(text.lines));
    if (std::ranges::any_of(cells, [](const auto& cell) { return !cell.empty(); }))
      rows.push_back(std::move(cells));
  }

  // Where strokes part the columns only, lines at the same height are a row.
  [[nodiscard]] bool add_open_rows(std::span<const CellText> texts, std::vector<Row>& rows) const {
    std::vector<const Line*> lines;
    for (const auto& text : texts)
      for (const auto& line : text.lines) lines.push_back(&line);
    std::ranges::sort(lines, {}, [](const Line* line) { return line->box.bottom; });
    std::vector<float> heights;
    for (const auto* line : lines)
      if (heights.empty() || line->box.bottom - heights.back() > line->size / 2)
        heights.push_back(line->box.bottom);
    auto places = static_cast<float>(heights.size() * texts.size());
    if (heights.size() < open_rows_min ||
        static_cast<float>(lines.size()) < open_share_min * places)
      return false;
    std::vector<Row> open(heights.size(), Row(texts.size()));
    for (std::size_t column = 0; column < texts.size(); ++column) {
      for (const auto& line : texts[column].lines) {
        auto above = std::ranges::upper_bound(heights, line.box.bottom);
        auto& cell = open[static_cast<std::size_t>(above - heights.begin()) - 1][column];
        if (!cell.empty()) cell += ' ';
        cell += line.text();
      }
    }
    std::ranges::move(open, std::back_inserter(rows));
    return true;
  }

  [[nodiscard]] bool is_bold_row(std::size_t row) const {
    bool is_bold = false;
    for (const auto& text : row_of(row)) {
      if (text.lines.empty()) continue;
      if (!text.is_bold()) return false;
      is_bold = true;
    }
    return is_bold;
  }

  [[nodiscard]] static bool is_table(const std::vector<Row>& rows) {
    std::size_t filled = 0;
    std::size_t full_rows = 0;
    for (const auto& row : rows) {
      std::size_t in_row = 0;
      for (const auto& cell : row) {
        if (cell.size() > cell_bytes_max) return false;
        in_row += cell.empty() ? 0U : 1U;
      }
      filled += in_row;
      full_rows += in_row >= 2 ? 1U : 0U;
    }
    auto places = rows.empty() ? 0.0F : static_cast<float>(rows.size() * rows.front().size());
    return full_rows >= 2 && static_cast<float>(filled) >= filled_share_min * places;
  }

  const PageGlyphs& page_;
  const StrokeGrid& grid_;
  std::vector<int>& cells_;
  std::vector<std::vector<Glyph>> glyphs_;
  std::vector<CellText> texts_;
  float size_ = 0;
  int lines_ = 0;
  int right_to_left_lines_ = 0;
};

}  // namespace

std::vector<RuledTable> take_ruled_tables(PageGlyphs& page) {
  std::vector<RuledTable> tables;
  if (page.rules.size() < strokes_min || page.glyphs.empty()) return tables;
  std::vector<int> cells;
  auto grids = find_grids(page.rules);
  if (grids.size() > grids_max) return tables;
  for (const auto& grid : grids) {
    cells.assign(page.glyphs.size(), -1);
    auto table = GridReader(page, grid, cells).read();
    if (!table) continue;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < page.glyphs.size(); ++i)
      if (cells[i] < 0) page.glyphs[kept++] = page.glyphs[i];
    page.glyphs.resize(kept);
    tables.push_back(std::move(*table));
  }
  return tables;
}

}  // namespace aiva::documents
