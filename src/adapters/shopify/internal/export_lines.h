#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/shopify/internal/product_nodes.h"
#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// Products out of the lines of JSON a bulk operation wrote, which arrive in any pieces. A product
// is a line; what belongs to it follows, each a line with the product's id as `__parentId`.
class ExportLines {
 public:
  // Drops the first `skip` products.
  explicit ExportLines(std::int64_t skip) : skip_(skip) {}

  // Fails with `unavailable` for what is no such line, `too_large` for one beyond the limit.
  Result<void> feed(std::string_view bytes);
  // The last product, when everything arrived.
  Result<void> finish();
  // The next product that is whole.
  std::optional<StoreProduct> take();
  [[nodiscard]] bool is_empty() const { return whole_.empty(); }
  // Lines so far, which are the objects the shop counts.
  [[nodiscard]] std::int64_t lines() const { return lines_; }

 private:
  Result<void> take_line();
  void end_product();

  std::int64_t skip_;
  std::string line_{};
  std::int64_t lines_ = 0;
  std::optional<StoreProduct> open_{};  // whose lines are still coming
  std::deque<StoreProduct> whole_{};
};

}  // namespace aiva::shopify
