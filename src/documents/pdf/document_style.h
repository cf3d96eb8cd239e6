#pragma once

#include <map>

#include "documents/pdf/layout.h"

namespace aiva::documents {

// What most of a document's text looks like.
struct DocumentStyle {
  float body_size = 10;     // points
  float line_pitch = 1.2F;  // from line to line, in parts of the font size
  bool is_fixed_pitch = false;
  bool is_bold = false;
};

// Learns the style from pages as they are laid out.
class StyleStatistics {
 public:
  void add(const PageLayout& page);
  [[nodiscard]] DocumentStyle style() const;

 private:
  void add_pitches(const Region& region);

  std::map<int, int> glyphs_by_size_;  // key: half points
  std::map<int, int> lines_by_pitch_;  // key: twentieths of the font size
  int glyphs_ = 0;
  int fixed_glyphs_ = 0;
  int bold_glyphs_ = 0;
};

}  // namespace aiva::documents
