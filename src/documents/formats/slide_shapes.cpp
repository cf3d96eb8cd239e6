#include "documents/formats/slide_shapes.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t title_bytes_max = 120;

}  // namespace

void sort_for_reading(std::vector<SlideShape>& shapes, double tolerance) {
  // A shape is moved once: sorting goes over places.
  std::vector<std::size_t> order(shapes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  auto group = [&](std::size_t i) { return shapes[i].is_title ? 0 : shapes[i].is_placed ? 2 : 1; };
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (group(a) != group(b)) return group(a) < group(b);
    if (group(a) == 2 && shapes[a].top != shapes[b].top) return shapes[a].top < shapes[b].top;
    return a < b;
  });
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    if (group(order[begin]) == 2) {
      double limit = shapes[order[begin]].top + tolerance;
      while (end < order.size() && shapes[order[end]].top <= limit) ++end;
      std::ranges::sort(
          std::span(order).subspan(begin, end - begin), [&](std::size_t a, std::size_t b) {
            return shapes[a].left != shapes[b].left ? shapes[a].left < shapes[b].left : a < b;
          });
    }
    begin = end;
  }
  std::vector<SlideShape> sorted;
  sorted.reserve(shapes.size());
  for (auto i : order) sorted.push_back(std::move(shapes[i]));
  shapes = std::move(sorted);
}

void promote_first_line(std::vector<SlideShape>& shapes, int level) {
  for (const auto& shape : shapes)
    if (shape.is_title && !shape.blocks.empty()) return;
  for (auto& shape : shapes) {
    if (shape.blocks.empty()) continue;
    auto& first = shape.blocks.front();
    auto text = trim(first.block.text);
    bool is_line = shape.blocks.size() == 1 && first.rows.empty() && first.image.empty() &&
                   first.block.kind == BlockKind::paragraph && !text.empty() &&
                   text.size() <= title_bytes_max && !text.contains('\n') && !text.ends_with('.');
    if (!is_line) return;
    first.block.kind = BlockKind::heading;
    first.block.level = level;
    return;
  }
}

}  // namespace aiva::documents
