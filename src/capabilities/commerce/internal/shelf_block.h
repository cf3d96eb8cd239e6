#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/internal/shelf_product.h"
#include "capabilities/commerce/internal/shelf_texts.h"

namespace aiva::commerce {

// Lists of several rows, end to end.
class Slices {
 public:
  void append(std::span<const std::uint32_t> numbers) {
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    ends_.push_back(static_cast<std::uint32_t>(numbers_.size()));
  }
  [[nodiscard]] std::span<const std::uint32_t> at(std::size_t row) const {
    auto begin = row == 0 ? 0 : ends_[row - 1];
    return std::span(numbers_).subspan(begin, ends_[row] - begin);
  }
  [[nodiscard]] std::size_t bytes() const {
    return (numbers_.capacity() + ends_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint32_t> ends_;
};

// Some products of a shelf in columns; their texts and options stand in the shelf's ShelfTexts.
class ShelfBlock {
 public:
  static constexpr std::size_t rows_max = 1024;
  static constexpr MicroMoney no_price = std::numeric_limits<MicroMoney>::min();

  struct Code {
    std::uint64_t key = 0;
    std::uint32_t row = 0;
  };

  void append(const ShelfProduct& product, ShelfTexts& texts);
  void append(const ShelfBlock& from, std::size_t row);

  [[nodiscard]] std::size_t rows() const { return ids_.size(); }
  [[nodiscard]] bool is_full() const { return rows() >= rows_max; }
  [[nodiscard]] std::size_t bytes() const;

  // Of products.
  [[nodiscard]] ProductId id(std::size_t row) const { return ids_[row]; }
  [[nodiscard]] TextNumber vendor(std::size_t row) const { return vendors_[row]; }
  [[nodiscard]] TextNumber type(std::size_t row) const { return types_[row]; }
  [[nodiscard]] std::span<const TextNumber> tags(std::size_t row) const { return tags_.at(row); }
  // Titles, and ids of the store.
  [[nodiscard]] std::span<const TextNumber> collections(std::size_t row) const {
    return collections_.at(row);
  }
  [[nodiscard]] std::span<const TextNumber> collection_ids(std::size_t row) const {
    return collection_ids_.at(row);
  }
  [[nodiscard]] float rating(std::size_t row) const { return ratings_[row]; }  // below 0: none
  [[nodiscard]] UnixMs created_at(std::size_t row) const { return created_at_[row]; }
  [[nodiscard]] std::string_view title(std::size_t row) const { return titles_[row]; }  // folded
  // The rows of products that have this SKU, barcode, handle or id of a variant.
  [[nodiscard]] std::vector<std::uint32_t> with_code(std::uint64_t key) const;

  // Of variants, which are numbered within the block.
  [[nodiscard]] std::size_t variants_begin(std::size_t row) const {
    return row == 0 ? 0 : variant_ends_[row - 1];
  }
  [[nodiscard]] std::size_t variants_end(std::size_t row) const { return variant_ends_[row]; }
  [[nodiscard]] MicroMoney price(std::size_t variant) const { return prices_[variant]; }
  [[nodiscard]] bool is_on_sale(std::size_t variant) const {
    return prices_before_[variant] != no_price && prices_before_[variant] > prices_[variant];
  }
  [[nodiscard]] bool is_available(std::size_t variant) const { return available_[variant] != 0; }
  [[nodiscard]] std::span<const OptionNumber> options(std::size_t variant) const {
    return options_.at(variant);
  }

 private:
  void add_code(std::string_view code);

  std::vector<ProductId> ids_;
  std::vector<TextNumber> vendors_;
  std::vector<TextNumber> types_;
  Slices tags_;
  Slices collections_;
  Slices collection_ids_;
  std::vector<float> ratings_;
  std::vector<UnixMs> created_at_;
  std::vector<std::string> titles_;
  std::vector<std::uint32_t> variant_ends_;
  std::vector<MicroMoney> prices_;
  std::vector<MicroMoney> prices_before_;
  std::vector<std::uint8_t> available_;
  Slices options_;
  std::vector<Code> codes_;  // in the order of rows
};

}  // namespace aiva::commerce
