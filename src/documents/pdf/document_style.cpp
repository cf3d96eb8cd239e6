#include "documents/pdf/document_style.h"

#include <algorithm>
#include <cmath>

namespace aiva::documents {
namespace {

constexpr float sizes_per_point = 2;
constexpr float pitches_per_size = 20;
constexpr float pitch_min = 0.9F;
constexpr float pitch_max = 2.6F;
constexpr float full_share = 0.9F;  // a line that wide was wrapped, so the next belongs to it
constexpr int pitches_min = 8;      // fewer say nothing

int most_frequent(const std::map<int, int>& counts) {
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })
      ->first;
}

}  // namespace

void StyleStatistics::add(const PageLayout& page) {
  for (const auto& region : page.regions) {
    for (const auto& line : region.lines) {
      if (line.table) continue;
      glyphs_by_size_[static_cast<int>(std::lround(line.size * sizes_per_point))] +=
          line.glyph_count;
      glyphs_ += line.glyph_count;
      if (line.is_fixed_pitch) fixed_glyphs_ += line.glyph_count;
      if (line.is_bold) bold_glyphs_ += line.glyph_count;
    }
    add_pitches(region);
  }
}

void StyleStatistics::add_pitches(const Region& region) {
  float full = region.left + (region.right - region.left) * full_share;
  for (std::size_t i = 1; i < region.lines.size(); ++i) {
    const auto& before = region.lines[i - 1];
    const auto& line = region.lines[i];
    if (before.table || line.table) continue;
    if (before.box.right < full || before.size != line.size) continue;
    float pitch = (line.box.bottom - before.box.bottom) / line.size;
    if (pitch >= pitch_min && pitch <= pitch_max)
      ++lines_by_pitch_[static_cast<int>(std::lround(pitch * pitches_per_size))];
  }
}

DocumentStyle StyleStatistics::style() const {
  DocumentStyle style;
  if (glyphs_by_size_.empty()) return style;
  style.body_size = static_cast<float>(most_frequent(glyphs_by_size_)) / sizes_per_point;
  if (!lines_by_pitch_.empty()) {
    int pitch = most_frequent(lines_by_pitch_);
    if (lines_by_pitch_.at(pitch) >= pitches_min)
      style.line_pitch = static_cast<float>(pitch) / pitches_per_size;
  }
  style.is_fixed_pitch = fixed_glyphs_ * 2 > glyphs_;
  style.is_bold = bold_glyphs_ * 2 > glyphs_;
  return style;
}

}  // namespace aiva::documents
