#include "retrieval/collections/merge_choice.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>

namespace aiva::retrieval {
namespace {

constexpr std::size_t alike_min = 4;           // segments of one size before they are merged
constexpr std::size_t small_rows = 512;        // sizes below count as this one
constexpr std::size_t alike_factor = 4;        // the largest against the smallest of one size
constexpr std::size_t dead_share_divisor = 5;  // a fifth

bool is_mostly_waste(const SegmentView& view) {
  return view.dead_count > 0 && view.dead_count * dead_share_divisor >= view.segment->rows();
}

std::size_t size_of(const SegmentView& view) { return std::max(view.live(), small_rows); }

// The first group of segments of one size, among those given, smallest first.
std::vector<std::size_t> choose_alike(const std::vector<SegmentView>& views,
                                      std::span<const std::size_t> order, std::size_t rows_max) {
  for (std::size_t first = 0; first < order.size(); ++first) {
    std::vector<std::size_t> alike;
    std::size_t rows = 0;
    for (auto place : order.subspan(first)) {
      if (size_of(views[place]) > size_of(views[order[first]]) * alike_factor) break;
      if (rows + views[place].live() > rows_max) break;
      rows += views[place].live();
      alike.push_back(place);
    }
    if (alike.size() >= alike_min) return alike;
  }
  return {};
}

}  // namespace

std::vector<std::size_t> choose_merge(const Snapshot& snapshot, std::size_t rows_max) {
  const auto& views = snapshot.segments;
  std::vector<std::size_t> order(views.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Those on the heap first, then by size.
  std::ranges::sort(order, {}, [&views](std::size_t i) {
    return std::tuple(!views[i].segment->is_on_heap(), size_of(views[i]), i);
  });
  auto files = std::ranges::find_if(
      order, [&views](std::size_t i) { return !views[i].segment->is_on_heap(); });
  for (auto place : order)
    if (is_mostly_waste(views[place])) return {place};
  auto on_heap = choose_alike(views, std::span(order.begin(), files), rows_max);
  if (!on_heap.empty()) return on_heap;
  return choose_alike(views, std::span(files, order.end()), rows_max);
}

}  // namespace aiva::retrieval
