#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/product_feed/internal/feed_builder.h"

namespace aiva::product_feed {

// The rows of Shopify's product export. The first row of a Handle has the product; each that has a
// price or an option is a variant, and each with an Image Src an image.
class ShopifyRows {
 public:
  // Whether a table with these columns is such an export.
  static bool are_columns(const std::vector<std::string>& columns);

  explicit ShopifyRows(const std::vector<std::string>& columns);

  // `cells` are as many as the columns.
  Result<void> add(std::int64_t line, const std::vector<std::string>& cells, FeedBuilder& builder);

 private:
  using Cells = std::vector<std::string>;
  static constexpr std::size_t options_max = 3;

  // Of a column that may be missing.
  [[nodiscard]] std::string_view cell(const Cells& cells, std::string_view column) const;
  [[nodiscard]] Item read_product(const Cells& cells, std::string where) const;
  Result<void> add_variant(std::size_t place, const Cells& cells, std::string where,
                           FeedBuilder& builder);

  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> places_;
  // The names of the options of each product, which only its first row has.
  std::unordered_map<std::string, std::vector<std::string>> options_;
};

}  // namespace aiva::product_feed
