#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capabilities/commerce/internal/shelf.h"
#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// The parts of a filter, one bit each; every named option is a part of its own.
using FilterParts = std::uint32_t;
namespace filter_part {
inline constexpr FilterParts vendors = 1U << 0U;
inline constexpr FilterParts types = 1U << 1U;
inline constexpr FilterParts tags = 1U << 2U;
inline constexpr FilterParts collections = 1U << 3U;
inline constexpr FilterParts rating = 1U << 4U;
inline constexpr FilterParts price = 1U << 5U;
inline constexpr FilterParts stock = 1U << 6U;
inline constexpr FilterParts sale = 1U << 7U;
inline constexpr FilterParts all = 1U << 31U;
inline constexpr unsigned first_option = 8;
inline constexpr std::size_t options_max = 20;  // names a filter may have
}  // namespace filter_part

// A filter in the numbers of one shelf.
class ShelfFilter {
 public:
  // The shelf is borrowed. The filter has at most `options_max` different names of options.
  ShelfFilter(const Shelf& shelf, const ProductFilter& filter);

  [[nodiscard]] bool is_open() const { return is_open_; }
  // The parts that a product breaks by itself, and those that one of its variants breaks.
  [[nodiscard]] FilterParts broken_by_product(const ShelfBlock& block, std::size_t row) const;
  [[nodiscard]] FilterParts broken_by_variant(const ShelfBlock& block, std::size_t variant) const;
  // The part that speaks of options of this name; 0: none does.
  [[nodiscard]] FilterParts part_of_option(TextNumber name) const;

  // What of the filter a product fits, by places: `all` when it fits everything; the bit of a part
  // when it would, were that part left out. Zero for places without a product.
  [[nodiscard]] std::vector<FilterParts> fitting() const;

 private:
  struct NamedOption {
    TextNumber name = 0;
    std::vector<TextNumber> values{};  // sorted
  };
  [[nodiscard]] FilterParts fitting_of(const ShelfBlock& block, std::size_t row) const;

  const Shelf& shelf_;
  bool is_open_ = true;
  std::optional<MicroMoney> price_min_;
  std::optional<MicroMoney> price_max_;
  std::optional<bool> in_stock_;
  std::optional<bool> on_sale_;
  std::optional<float> rating_min_;
  // Sorted; a text the shelf lacks is 0, which no product has.
  std::vector<TextNumber> tags_;
  std::vector<TextNumber> vendors_;
  std::vector<TextNumber> types_;
  std::vector<TextNumber> collections_;
  std::vector<NamedOption> options_;
};

}  // namespace aiva::commerce
