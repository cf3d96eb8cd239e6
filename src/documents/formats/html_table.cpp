#include "documents/formats/html_table.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "documents/clean_text.h"
#include "documents/formats/html_elements.h"
#include "documents/formats/html_tree.h"
#include "documents/formats/table_grid.h"

namespace aiva::documents {
namespace {

// HTML's own limits of colspan and rowspan.
constexpr int columns_of_cell_max = 1000;
constexpr int rows_of_cell_max = 65534;

int read_span(const GumboNode& cell, const char* name, int span_max) {
  auto text = trim(attribute_of(cell, name));
  int span = 1;
  auto read = std::from_chars(text.data(), text.data() + text.size(), span);
  if (read.ec == std::errc::result_out_of_range) return span_max;
  // 0 reaches to the end.
  return span == 0 ? span_max : std::clamp(span, 1, span_max);
}

void append_all_text(const GumboNode& node, int depth, std::string& text) {
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) text += node.v.text.text;
  const auto* children = children_of(node);
  if (children == nullptr || depth > walk_depth_max || is_skipped(node)) return;
  bool is_apart = !is_inline(node.v.element.tag);
  if (is_apart) text += ' ';
  for (unsigned i = 0; i < children->length; ++i)
    append_all_text(child_at(*children, i), depth + 1, text);
  if (is_apart) text += ' ';
}

std::string text_of(const GumboNode& cell) {
  std::string text;
  append_all_text(cell, 0, text);
  return clean_flowing_text(unwrap_lines(text));
}

class TableReader {
 public:
  OfficeBlock read(const GumboNode& table) {
    visit(table, 0, false);
    auto read = grid_.finish(Block{.text = {}}, false);
    // Who marks names, but none of columns, has named rows.
    if (has_names_ && !has_header_) read.block.header_rows = 0;
    return read;
  }

 private:
  void visit(const GumboNode& node, int depth, bool is_head) {
    const auto* children = children_of(node);
    if (children == nullptr || depth > walk_depth_max || is_skipped(node) || grid_.is_full())
      return;
    auto tag = node.v.element.tag;
    if (tag == GUMBO_TAG_CAPTION) return;
    if (tag == GUMBO_TAG_TR) return read_row(*children, is_head);
    for (unsigned i = 0; i < children->length; ++i)
      visit(child_at(*children, i), depth + 1, is_head || tag == GUMBO_TAG_THEAD);
  }

  void read_row(const GumboVector& children, bool is_head) {
    std::vector<const GumboNode*> cells;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& child = child_at(children, i);
      if (child.type == GUMBO_NODE_ELEMENT) cells.push_back(&child);
    }
    if (cells.empty()) return;
    std::vector<std::string> texts(cells.size());
    std::ranges::transform(cells, texts.begin(), [](const auto* cell) { return text_of(*cell); });
    std::size_t names = 0;
    std::size_t others = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      bool is_name = cells[i]->v.element.tag == GUMBO_TAG_TH;
      names += is_name ? 1 : 0;
      others += is_name || is_blank(texts[i]) ? 0 : 1;
    }
    bool is_header = is_head || (names > 0 && others == 0);
    has_names_ |= names > 0;
    has_header_ |= is_header;
    grid_.begin_row(is_header);
    column_ = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      pass_covered();
      add_cell(*cells[i], std::move(texts[i]));
      if (grid_.is_full()) return;
    }
    while (column_ < rows_covered_.size()) {
      pass_covered();
      if (column_ == rows_covered_.size()) return;
      grid_.skip_columns(1);
      ++column_;
    }
  }

  void add_cell(const GumboNode& cell, std::string text) {
    int columns = read_span(cell, "colspan", columns_of_cell_max);
    int rows = read_span(cell, "rowspan", rows_of_cell_max);
    grid_.add_cell(std::move(text), columns);
    auto end = column_ + static_cast<std::size_t>(columns);
    if (rows > 1 && end <= columns_of_cell_max) {
      if (rows_covered_.size() < end) rows_covered_.resize(end);
      std::fill(rows_covered_.begin() + static_cast<std::ptrdiff_t>(column_),
                rows_covered_.begin() + static_cast<std::ptrdiff_t>(end), rows - 1);
    }
    column_ = end;
  }

  // Fills the columns that cells of rows above reach into.
  void pass_covered() {
    for (; column_ < rows_covered_.size() && rows_covered_[column_] > 0; ++column_) {
      --rows_covered_[column_];
      grid_.add_covered_by_above();
    }
  }

  TableGrid grid_;
  std::vector<int> rows_covered_;  // of each column, from the next row on
  std::size_t column_ = 0;
  bool has_names_ = false;   // th
  bool has_header_ = false;  // a row of them
};

}  // namespace

OfficeBlock read_html_table(const GumboNode& table) { return TableReader().read(table); }

}  // namespace aiva::documents
