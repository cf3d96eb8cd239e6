#include "documents/pdf/fragments.h"

#include <algorithm>

namespace aiva::documents {
namespace {

// The blank distance between two boxes in the direction of the line, whichever stands first.
float gap_between(const Box& a, const Box& b) {
  return std::max({0.0F, b.left - a.right, a.left - b.right});
}

}  // namespace

bool are_on_one_line(const Box& a, const Box& b) {
  float shared = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  float lower = std::min(a.bottom - a.top, b.bottom - b.top);
  return shared >= lower / 2;
}

std::vector<Fragment> find_fragments(const PageGlyphs& page) {
  std::vector<Fragment> fragments;
  for (std::size_t i = 0; i < page.glyphs.size(); ++i) {
    const auto& glyph = page.glyphs[i];
    float size = page.styles[glyph.style].size;
    if (!fragments.empty()) {
      auto& last = fragments.back();
      bool goes_on =
          are_on_one_line(last.box, glyph.box) &&
          gap_between(page.glyphs[i - 1].box, glyph.box) <= cell_gap * std::max(size, last.size);
      if (goes_on) {
        last.end = i + 1;
        last.box = {std::min(last.box.left, glyph.box.left), std::min(last.box.top, glyph.box.top),
                    std::max(last.box.right, glyph.box.right),
                    std::max(last.box.bottom, glyph.box.bottom)};
        last.size = std::max(last.size, size);
        continue;
      }
    }
    fragments.push_back({.begin = i, .end = i + 1, .box = glyph.box, .size = size});
  }
  return fragments;
}

}  // namespace aiva::documents
