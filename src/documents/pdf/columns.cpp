#include "documents/pdf/columns.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace aiva::documents {
namespace {

constexpr int columns_depth_max = 2;  // up to four columns
constexpr std::size_t fragments_min = 10;
constexpr std::size_t side_fragments_min = 4;
constexpr float page_width_min = 150;
constexpr float gutter_width_min = 5;
constexpr float side_share_min = 0.12F;      // of the glyphs, on either side
constexpr float spanning_share_max = 0.35F;  // of the fragments may cross the gutter
constexpr float filled_share_min = 0.6F;     // of a column's glyphs stand in wide lines
constexpr float wide_share = 0.5F;           // a line is wide that fills so much of its column
constexpr float search_margin = 0.2F;        // no gutter so near to the edges of the text

using Fragments = std::vector<Fragment>;

struct Extent {
  float left = 0;
  float right = 0;
  float top = 0;
  float bottom = 0;
  std::size_t glyphs = 0;
};

Extent measure(const Fragments& fragments) {
  const auto& first = fragments.front().box;
  Extent extent{first.left, first.right, first.top, first.bottom};
  for (const auto& fragment : fragments) {
    extent.left = std::min(extent.left, fragment.box.left);
    extent.right = std::max(extent.right, fragment.box.right);
    extent.top = std::min(extent.top, fragment.box.top);
    extent.bottom = std::max(extent.bottom, fragment.box.bottom);
    extent.glyphs += fragment.glyph_count();
  }
  return extent;
}

// How many fragments stand over each point of the line from `extent.left` to `extent.right`.
std::vector<int> count_cover(const Fragments& fragments, const Extent& extent) {
  std::vector<int> cover(static_cast<std::size_t>(extent.right - extent.left) + 3);
  for (const auto& fragment : fragments) {
    ++cover[static_cast<std::size_t>(fragment.box.left - extent.left)];
    --cover[static_cast<std::size_t>(std::ceil(fragment.box.right - extent.left)) + 1];
  }
  for (std::size_t i = 1; i < cover.size(); ++i) cover[i] += cover[i - 1];
  return cover;
}

// The middle of the emptiest strip, of several the widest.
std::optional<float> find_strip(const Fragments& fragments, const Extent& extent) {
  auto cover = count_cover(fragments, extent);
  auto margin = static_cast<std::size_t>((extent.right - extent.left) * search_margin);
  int limit = static_cast<int>(static_cast<float>(fragments.size()) * spanning_share_max);
  int lowest = limit + 1;
  for (std::size_t i = margin; i + margin < cover.size(); ++i) lowest = std::min(lowest, cover[i]);
  if (lowest > limit) return std::nullopt;
  std::size_t best_begin = 0;
  std::size_t best_length = 0;
  for (std::size_t i = margin; i + margin < cover.size();) {
    std::size_t begin = i;
    while (i + margin < cover.size() && cover[i] == lowest) ++i;
    if (i - begin > best_length) {
      best_length = i - begin;
      best_begin = begin;
    }
    i = std::max(i, begin + 1);
  }
  if (static_cast<float>(best_length) < gutter_width_min) return std::nullopt;
  return extent.left + static_cast<float>(best_begin) + static_cast<float>(best_length) / 2;
}

// A page's fragments left of, right of and across a gutter.
struct Split {
  Fragments left;
  Fragments right;
  Fragments across;
};

enum class Side { left, right, across };

Side side_of(const Fragment& fragment, float gutter) {
  if (fragment.box.right <= gutter + 1) return Side::left;
  if (fragment.box.left >= gutter - 1) return Side::right;
  return Side::across;
}

// Whether the lines fill their column as running text does.
bool is_running_text(const Fragments& fragments, const Extent& extent) {
  float wide = (extent.right - extent.left) * wide_share;
  std::size_t glyphs = 0;
  for (const auto& fragment : fragments)
    if (fragment.width() >= wide) glyphs += fragment.glyph_count();
  return static_cast<float>(glyphs) >= filled_share_min * static_cast<float>(extent.glyphs);
}

std::optional<float> find_gutter(const Fragments& fragments, int depth);

// Whether one side of a gutter is a column of running text, or several.
bool is_of_columns(const Fragments& fragments, const Extent& extent, int depth) {
  return is_running_text(fragments, extent) || find_gutter(fragments, depth + 1).has_value();
}

std::optional<float> find_gutter(const Fragments& fragments, int depth) {
  if (depth >= columns_depth_max) return std::nullopt;
  if (fragments.size() < fragments_min) return std::nullopt;
  auto extent = measure(fragments);
  if (extent.right - extent.left < page_width_min) return std::nullopt;
  auto gutter = find_strip(fragments, extent);
  if (!gutter) return std::nullopt;
  Fragments left;
  Fragments right;
  for (const auto& fragment : fragments) {
    auto side = side_of(fragment, *gutter);
    if (side == Side::left) left.push_back(fragment);
    if (side == Side::right) right.push_back(fragment);
  }
  if (left.size() < side_fragments_min || right.size() < side_fragments_min) return std::nullopt;
  auto left_extent = measure(left);
  auto right_extent = measure(right);
  auto enough = static_cast<float>(extent.glyphs) * side_share_min;
  if (static_cast<float>(std::min(left_extent.glyphs, right_extent.glyphs)) < enough)
    return std::nullopt;
  float shared = std::min(left_extent.bottom, right_extent.bottom) -
                 std::max(left_extent.top, right_extent.top);
  float lower =
      std::min(left_extent.bottom - left_extent.top, right_extent.bottom - right_extent.top);
  if (shared < lower / 3) return std::nullopt;
  if (!is_of_columns(left, left_extent, depth) || !is_of_columns(right, right_extent, depth))
    return std::nullopt;
  return gutter;
}

class Order {
 public:
  explicit Order(bool is_right_to_left) : is_right_to_left_(is_right_to_left) {}

  void add(Fragments fragments, int depth) {
    if (fragments.empty()) return;
    auto gutter = find_gutter(fragments, depth);
    if (!gutter) {
      regions.push_back(std::move(fragments));
      return;
    }
    std::ranges::stable_sort(fragments, {}, &Fragment::middle);
    Split band;
    for (auto& fragment : fragments) {
      switch (side_of(fragment, *gutter)) {
        case Side::left:
          add_across(band);
          band.left.push_back(fragment);
          break;
        case Side::right:
          add_across(band);
          band.right.push_back(fragment);
          break;
        case Side::across:
          add_columns(band, depth);
          band.across.push_back(fragment);
          break;
      }
    }
    add_across(band);
    add_columns(band, depth);
  }

  std::vector<Fragments> regions;

 private:
  void add_across(Split& band) {
    if (!band.across.empty()) regions.push_back(std::exchange(band.across, {}));
  }
  void add_columns(Split& band, int depth) {
    auto left = std::exchange(band.left, {});
    auto right = std::exchange(band.right, {});
    if (is_right_to_left_) std::swap(left, right);
    add(std::move(left), depth + 1);
    add(std::move(right), depth + 1);
  }

  bool is_right_to_left_;
};

}  // namespace

std::vector<std::vector<Fragment>> find_reading_order(std::vector<Fragment> fragments,
                                                      bool is_right_to_left) {
  Order order(is_right_to_left);
  order.add(std::move(fragments), 0);
  return std::move(order.regions);
}

}  // namespace aiva::documents
