#include "capabilities/commerce/internal/shelf_order.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <tuple>

namespace aiva::commerce {
namespace {

// What a product is sorted by: the less, the sooner.
struct Key {
  bool is_late = false;
  MicroMoney number = 0;
  std::string_view text{};
  std::uint32_t place = 0;  // among the picks
};

class Keys {
 public:
  Keys(std::span<const ShelfView> views, ProductSort sort) : views_(views), sort_(sort) {}

  [[nodiscard]] Key of(const Pick& pick) const {
    const auto& view = views_[pick.view];
    const auto& block = view.shelf->block(block_of(pick.place));
    auto row = row_of(pick.place);
    switch (sort_) {
      case ProductSort::relevance:
        return {.is_late = !can_be_bought(block, row), .number = -block.created_at(row)};
      case ProductSort::price_up: return {.number = prices(view, block, row).first};
      case ProductSort::price_down: return {.number = -prices(view, block, row).second};
      case ProductSort::newest: return {.number = -block.created_at(row)};
      case ProductSort::rating: {
        constexpr float steps = 1'000'000;
        auto rating = block.rating(row);
        return {.is_late = rating < 0, .number = -static_cast<MicroMoney>(rating * steps)};
      }
      case ProductSort::title: return {.text = block.title(row)};
    }
    return {};
  }

 private:
  static bool can_be_bought(const ShelfBlock& block, std::size_t row) {
    for (auto v = block.variants_begin(row); v < block.variants_end(row); ++v)
      if (block.is_available(v)) return true;
    return false;
  }

  // The least and the greatest price of variants that fit.
  static std::pair<MicroMoney, MicroMoney> prices(const ShelfView& view, const ShelfBlock& block,
                                                  std::size_t row) {
    auto least = std::numeric_limits<MicroMoney>::max();
    auto most = std::numeric_limits<MicroMoney>::min() + 1;
    for (auto v = block.variants_begin(row); v < block.variants_end(row); ++v) {
      if (view.filter.broken_by_variant(block, v) != 0) continue;
      least = std::min(least, block.price(v));
      most = std::max(most, block.price(v));
    }
    return {least, most};
  }

  std::span<const ShelfView> views_;
  ProductSort sort_;
};

}  // namespace

std::vector<Pick> all_fitting(std::span<const ShelfView> views) {
  std::vector<Pick> picks;
  for (std::size_t v = 0; v < views.size(); ++v)
    for (Place place = 0; place < views[v].fitting.size(); ++place)
      if (views[v].fits(place)) picks.push_back({v, place});
  return picks;
}

void sort_picks(std::span<const ShelfView> views, ProductSort sort, std::size_t count,
                std::vector<Pick>& picks) {
  Keys keys(views, sort);
  std::vector<Key> order;
  order.reserve(picks.size());
  for (const auto& pick : picks) {
    order.push_back(keys.of(pick));
    order.back().place = static_cast<std::uint32_t>(order.size() - 1);
  }
  auto less = [](const Key& a, const Key& b) {
    return std::tie(a.is_late, a.number, a.text, a.place) <
           std::tie(b.is_late, b.number, b.text, b.place);
  };
  auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), less);
  std::vector<Pick> sorted;
  sorted.reserve(picks.size());
  for (const auto& key : order) sorted.push_back(picks[key.place]);
  picks = std::move(sorted);
}

}  // namespace aiva::commerce
