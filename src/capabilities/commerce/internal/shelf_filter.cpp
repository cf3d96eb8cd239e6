#include "capabilities/commerce/internal/shelf_filter.h"

#include <algorithm>
#include <bit>
#include <span>

namespace aiva::commerce {
namespace {

std::vector<TextNumber> numbers_of(const Shelf& shelf, const std::vector<std::string>& texts) {
  std::vector<TextNumber> numbers;
  for (const auto& text : texts) numbers.push_back(shelf.texts().find(text));
  std::ranges::sort(numbers);
  return numbers;
}

bool has(const std::vector<TextNumber>& numbers, TextNumber number) {
  return number != 0 && std::ranges::binary_search(numbers, number);
}

bool has_any(const std::vector<TextNumber>& numbers, std::span<const TextNumber> of_product) {
  return std::ranges::any_of(of_product, [&](TextNumber number) { return has(numbers, number); });
}

bool has_all(const std::vector<TextNumber>& numbers, std::span<const TextNumber> of_product) {
  return std::ranges::all_of(numbers, [&](TextNumber number) {
    return std::ranges::find(of_product, number) != of_product.end();
  });
}

}  // namespace

ShelfFilter::ShelfFilter(const Shelf& shelf, const ProductFilter& filter)
    : shelf_(shelf),
      is_open_(filter == ProductFilter{}),
      price_min_(filter.price_min),
      price_max_(filter.price_max),
      in_stock_(filter.in_stock),
      on_sale_(filter.on_sale),
      tags_(numbers_of(shelf, filter.tags)),
      vendors_(numbers_of(shelf, filter.vendors)),
      types_(numbers_of(shelf, filter.types)),
      collections_(numbers_of(shelf, filter.collections)) {
  if (filter.rating_min) rating_min_ = static_cast<float>(*filter.rating_min);
  for (const auto& option : filter.options) {
    auto name = shelf.texts().find(option.name);
    auto known = std::ranges::find(options_, name, &NamedOption::name);
    if (known == options_.end()) {
      options_.push_back({.name = name});
      known = options_.end() - 1;
    }
    known->values.push_back(shelf.texts().find(option.value));
  }
  for (auto& option : options_) std::ranges::sort(option.values);
  if (options_.size() > filter_part::options_max) options_.resize(filter_part::options_max);
}

FilterParts ShelfFilter::broken_by_product(const ShelfBlock& block, std::size_t row) const {
  FilterParts broken = 0;
  if (!vendors_.empty() && !has(vendors_, block.vendor(row))) broken |= filter_part::vendors;
  if (!types_.empty() && !has(types_, block.type(row))) broken |= filter_part::types;
  if (!has_all(tags_, block.tags(row))) broken |= filter_part::tags;
  if (!collections_.empty() && !has_any(collections_, block.collections(row)) &&
      !has_any(collections_, block.collection_ids(row)))
    broken |= filter_part::collections;
  if (rating_min_ && block.rating(row) < *rating_min_) broken |= filter_part::rating;
  return broken;
}

FilterParts ShelfFilter::broken_by_variant(const ShelfBlock& block, std::size_t variant) const {
  FilterParts broken = 0;
  auto price = block.price(variant);
  if ((price_min_ && price < *price_min_) || (price_max_ && price > *price_max_))
    broken |= filter_part::price;
  if (in_stock_ && block.is_available(variant) != *in_stock_) broken |= filter_part::stock;
  if (on_sale_ && block.is_on_sale(variant) != *on_sale_) broken |= filter_part::sale;
  for (std::size_t i = 0; i < options_.size(); ++i) {
    const auto& wanted = options_[i];
    bool has_it = std::ranges::any_of(block.options(variant), [&](OptionNumber number) {
      const auto& option = shelf_.texts().option(number);
      return option.name == wanted.name && has(wanted.values, option.value);
    });
    if (!has_it || wanted.name == 0) broken |= 1U << (filter_part::first_option + i);
  }
  return broken;
}

FilterParts ShelfFilter::part_of_option(TextNumber name) const {
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (options_[i].name == name) return 1U << (filter_part::first_option + i);
  return 0;
}

FilterParts ShelfFilter::fitting_of(const ShelfBlock& block, std::size_t row) const {
  constexpr FilterParts everything = ~FilterParts{0};
  if (is_open_) return block.variants_begin(row) < block.variants_end(row) ? everything : 0;
  auto by_product = broken_by_product(block, row);
  if (std::popcount(by_product) > 1) return 0;
  FilterParts fitting = 0;
  for (auto v = block.variants_begin(row); v < block.variants_end(row); ++v) {
    auto broken = by_product | broken_by_variant(block, v);
    if (broken == 0) return everything;
    if (std::has_single_bit(broken)) fitting |= broken;
  }
  return fitting;
}

std::vector<FilterParts> ShelfFilter::fitting() const {
  std::vector<FilterParts> fitting(shelf_.places_end(), 0);
  for (std::size_t b = 0; b < shelf_.blocks(); ++b) {
    const auto& block = shelf_.block(b);
    for (std::size_t row = 0; row < block.rows(); ++row)
      fitting[place_at(b, row)] = fitting_of(block, row);
  }
  return fitting;
}

}  // namespace aiva::commerce
