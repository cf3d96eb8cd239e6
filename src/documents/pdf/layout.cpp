#include "documents/pdf/layout.h"

#include <algorithm>

#include "documents/pdf/columns.h"
#include "documents/pdf/fragments.h"
#include "documents/pdf/lines.h"

namespace aiva::documents {

std::string Line::text() const {
  std::string text;
  for (const auto& cell : cells) {
    if (!text.empty()) text += ' ';
    text += cell.text;
  }
  return text;
}

namespace {

bool is_mostly_right_to_left(const PageGlyphs& page) {
  auto count = std::ranges::count_if(
      page.glyphs, [](const Glyph& glyph) { return is_right_to_left(glyph.code); });
  return static_cast<std::size_t>(count) * 2 > page.glyphs.size();
}

}  // namespace

PageLayout lay_out_page(PageGlyphs page, int number) {
  PageLayout layout{.number = number,
                    .width = page.width,
                    .height = page.height,
                    .turns_to_shown = page.turns_to_shown};
  bool is_reversed = is_mostly_right_to_left(page);
  layout.tables = take_ruled_tables(page);
  auto all = find_fragments(page);
  for (std::size_t i = 0; i < layout.tables.size(); ++i)
    all.push_back({.box = layout.tables[i].box, .size = layout.tables[i].size, .table = i});
  for (auto& fragments : find_reading_order(std::move(all), is_reversed)) {
    Region region{.left = fragments.front().box.left, .right = fragments.front().box.right};
    for (const auto& fragment : fragments) {
      region.left = std::min(region.left, fragment.box.left);
      region.right = std::max(region.right, fragment.box.right);
    }
    region.lines = join_lines(page, std::move(fragments));
    layout.regions.push_back(std::move(region));
  }
  layout.images = std::move(page.images);
  layout.links = std::move(page.links);
  layout.rules = std::move(page.rules);
  layout.side_text = std::move(page.side_text);
  layout.needs_recognition = page.needs_recognition;
  return layout;
}

Box to_shown(const PageLayout& page, const Box& whole) {
  Box box{std::clamp(whole.left, 0.0F, page.width), std::clamp(whole.top, 0.0F, page.height),
          std::clamp(whole.right, 0.0F, page.width), std::clamp(whole.bottom, 0.0F, page.height)};
  switch (page.turns_to_shown) {
    case 1: return {page.height - box.bottom, box.left, page.height - box.top, box.right};
    case 2:
      return {page.width - box.right, page.height - box.bottom, page.width - box.left,
              page.height - box.top};
    case 3: return {box.top, page.width - box.right, box.bottom, page.width - box.left};
    default: return box;
  }
}

}  // namespace aiva::documents
