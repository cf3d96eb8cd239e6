#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "documents/pdf/glyphs.h"
#include "documents/pdf/ruled_tables.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// Text of a line without a wide gap in it.
struct Cell {
  std::string text;
  float left = 0;
  float right = 0;
};

// One line of text of one column.
struct Line {
  Box box;
  float size = 0;  // of most of its glyphs, in points
  int glyph_count = 0;
  bool is_bold = false;         // nearly all of it
  bool is_fixed_pitch = false;  // nearly all of it
  bool has_leader = false;      // dots led from its text to a number, as in a table of contents
  bool is_hyphenated = false;   // its last word goes on in the next line
  bool is_right_to_left = false;
  bool begins_with_note_mark = false;  // a raised number or sign, as footnotes do
  // Where a table stands instead of text: its index in PageLayout::tables.
  std::optional<std::size_t> table{};
  std::vector<Cell> cells;

  // The cells with one blank between them.
  [[nodiscard]] std::string text() const;
};

// Lines to be read from top to bottom before the next region begins: a column or a part of one.
struct Region {
  float left = 0;
  float right = 0;
  std::vector<Line> lines;
};

// A page as lines in reading order.
struct PageLayout {
  int number = 1;
  float width = 0;
  float height = 0;
  int turns_to_shown = 0;
  std::vector<Region> regions;
  std::vector<RuledTable> tables;
  std::vector<PlacedImage> images;
  std::vector<PlacedLink> links;
  std::vector<Box> rules;
  std::string side_text;
  bool needs_recognition = false;
};

// Finds words, lines and columns by where the glyphs stand.
PageLayout lay_out_page(PageGlyphs page, int number);

// A box of the layout's frame in the page as it is shown, cut at the page's edges.
Box to_shown(const PageLayout& page, const Box& box);

}  // namespace aiva::documents
