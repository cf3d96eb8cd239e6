#include "capabilities/commerce/internal/shelf_facets.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "capabilities/commerce/internal/folded.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t values_max = 50;
constexpr std::size_t option_names_max = 20;

// Counts of values of several shelves, by their folded text.
class Tally {
 public:
  void add(const std::string& shown, std::int64_t count) {
    auto& value = values_[folded(shown)];
    if (value.value.empty()) value.value = shown;
    value.count += count;
  }
  [[nodiscard]] std::int64_t total() const {
    std::int64_t total = 0;
    for (const auto& [key, value] : values_) total += value.count;
    return total;
  }
  [[nodiscard]] std::vector<FacetValue> most_frequent() {
    std::vector<FacetValue> values;
    for (auto& [key, value] : values_) values.push_back(std::move(value));
    std::ranges::sort(values, [](const FacetValue& a, const FacetValue& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
    if (values.size() > values_max) values.resize(values_max);
    return values;
  }

 private:
  std::unordered_map<std::string, FacetValue> values_;
};

struct Tallies {
  Tally vendors{};
  Tally types{};
  Tally tags{};
  Tally collections{};
  struct Option {
    std::string name{};
    Tally values{};
  };
  std::map<std::string, Option> options{};  // by the folded name
};

// The counts of one shelf, by the numbers of its texts.
class ShelfCounter {
 public:
  ShelfCounter(const ShelfView& view, Facets& facets)
      : view_(view),
        shelf_(*view.shelf),
        facets_(facets),
        vendors_(shelf_.texts().size()),
        types_(vendors_.size()),
        tags_(vendors_.size()),
        collections_(vendors_.size()),
        options_(shelf_.texts().options()),
        counted_for_(options_.size()),
        parts_(vendors_.size(), unknown) {}

  void count(Place place) {
    auto fitting = view_.fitting[place];
    if (fitting == 0) return;
    const auto& block = shelf_.block(block_of(place));
    auto row = row_of(place);
    if ((fitting & filter_part::vendors) != 0) ++vendors_[block.vendor(row)];
    if ((fitting & filter_part::types) != 0) ++types_[block.type(row)];
    if ((fitting & filter_part::tags) != 0)
      for (auto tag : block.tags(row)) ++tags_[tag];
    if ((fitting & filter_part::collections) != 0)
      for (auto collection : block.collections(row)) ++collections_[collection];
    count_variants(block, row);
  }

  void add_to(Tallies& tallies) const {
    const auto& texts = shelf_.texts();
    for (TextNumber number = 1; number < vendors_.size(); ++number) {
      if (vendors_[number] > 0) tallies.vendors.add(texts.shown(number), vendors_[number]);
      if (types_[number] > 0) tallies.types.add(texts.shown(number), types_[number]);
      if (tags_[number] > 0) tallies.tags.add(texts.shown(number), tags_[number]);
      if (collections_[number] > 0)
        tallies.collections.add(texts.shown(number), collections_[number]);
    }
    for (OptionNumber number = 1; number < options_.size(); ++number) {
      if (options_[number] == 0) continue;
      const auto& option = texts.option(number);
      auto& named = tallies.options[folded(texts.shown(option.name))];
      if (named.name.empty()) named.name = texts.shown(option.name);
      named.values.add(texts.shown(option.value), options_[number]);
    }
  }

 private:
  static constexpr FilterParts unknown = ~FilterParts{0};

  void count_variants(const ShelfBlock& block, std::size_t row) {
    ++product_;
    auto by_product = view_.filter.broken_by_product(block, row);
    bool is_in_stock = false;
    bool fits_but_stock = false;
    for (auto v = block.variants_begin(row); v < block.variants_end(row); ++v) {
      auto broken = by_product | view_.filter.broken_by_variant(block, v);
      if ((broken & ~filter_part::price) == 0) note_price(block.price(v));
      if ((broken & ~filter_part::stock) == 0) {
        fits_but_stock = true;
        is_in_stock = is_in_stock || block.is_available(v);
      }
      for (auto option : block.options(v)) {
        if ((broken & ~part_of(option)) != 0 || counted_for_[option] == product_) continue;
        counted_for_[option] = product_;
        ++options_[option];
      }
    }
    if (is_in_stock) ++facets_.in_stock;
    if (fits_but_stock && !is_in_stock) ++facets_.out_of_stock;
  }

  void note_price(MicroMoney price) {
    facets_.price_least = std::min(facets_.price_least.value_or(price), price);
    facets_.price_most = std::max(facets_.price_most.value_or(price), price);
  }

  FilterParts part_of(OptionNumber option) {
    auto name = shelf_.texts().option(option).name;
    auto& part = parts_[name];
    if (part == unknown) part = view_.filter.part_of_option(name);
    return part;
  }

  const ShelfView& view_;
  const Shelf& shelf_;
  Facets& facets_;
  std::vector<std::int64_t> vendors_;
  std::vector<std::int64_t> types_;
  std::vector<std::int64_t> tags_;
  std::vector<std::int64_t> collections_;
  std::vector<std::int64_t> options_;
  std::vector<std::uint32_t> counted_for_;  // the last product that counted an option
  std::vector<FilterParts> parts_;          // of the names of options
  std::uint32_t product_ = 0;
};

std::vector<Facets::Option> take_options(Tallies& tallies) {
  std::vector<std::pair<std::int64_t, Facets::Option>> counted;
  for (auto& [key, option] : tallies.options) {
    auto total = option.values.total();
    counted.emplace_back(total, Facets::Option{.name = std::move(option.name),
                                               .values = option.values.most_frequent()});
  }
  std::ranges::sort(counted, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second.name < b.second.name;
  });
  std::vector<Facets::Option> options;
  for (auto& [total, option] : counted) {
    if (options.size() == option_names_max) break;
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace

Facets count_facets(std::span<const ShelfView> views, const PlaceSets* among) {
  Facets facets;
  Tallies tallies;
  for (std::size_t v = 0; v < views.size(); ++v) {
    const auto& view = views[v];
    ShelfCounter counter(view, facets);
    for (Place place = 0; place < view.fitting.size(); ++place)
      if (among == nullptr || (*among)[v][place]) counter.count(place);
    counter.add_to(tallies);
  }
  facets.vendors = tallies.vendors.most_frequent();
  facets.types = tallies.types.most_frequent();
  facets.tags = tallies.tags.most_frequent();
  facets.collections = tallies.collections.most_frequent();
  facets.options = take_options(tallies);
  return facets;
}

}  // namespace aiva::commerce
