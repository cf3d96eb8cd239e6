#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "documents/pdf/glyphs.h"

namespace aiva::documents {

// Glyphs drawn one after the other on one line without a wide gap.
struct Fragment {
  std::size_t begin = 0;  // glyphs [begin, end) of the page
  std::size_t end = 0;
  Box box;
  float size = 0;  // of its largest part
  // A table that stands here instead of glyphs: its index in PageLayout::tables.
  std::optional<std::size_t> table{};

  [[nodiscard]] float middle() const { return (box.top + box.bottom) / 2; }
  [[nodiscard]] float width() const { return box.right - box.left; }
  [[nodiscard]] std::size_t glyph_count() const { return end - begin; }
};

// The page's glyphs as fragments, in the order they are drawn.
std::vector<Fragment> find_fragments(const PageGlyphs& page);

// Whether two boxes share at least half of the lower one's height.
bool are_on_one_line(const Box& a, const Box& b);

// The gaps, in parts of the font size, from which words and cells are apart.
inline constexpr float word_gap = 0.3F;
inline constexpr float cell_gap = 1.3F;

}  // namespace aiva::documents
