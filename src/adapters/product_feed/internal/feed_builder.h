#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

#include "adapters/product_feed/internal/feed.h"
#include "adapters/product_feed/internal/item.h"

namespace aiva::product_feed {

// The most fields a product has besides those we know.
inline constexpr std::size_t others_max = 100;
inline constexpr std::size_t word_bytes_max = 512;  // of a name or a short text

// Puts a feed together out of items, each of which it checks. Failures name the item's place.
class FeedBuilder {
 public:
  explicit FeedBuilder(const FeedLimits& limits) : limits_(limits) {}

  // A row that is a product with one variant, or another variant of its group.
  Result<void> add_row(const Item& item);

  // A product without variants yet; its place. `id` must be new.
  Result<std::size_t> add_product(const Item& item, std::string id);
  // `id` must be new in the feed.
  Result<void> add_variant(std::size_t place, const Item& item, std::string id);
  // At the end of the product's images, or at a position of its own; one that is there stays.
  Result<void> add_image(std::size_t place, const Item& item, std::string_view url,
                         std::string_view alt);

  [[nodiscard]] bool has_product(const std::string& id) const { return feed_.places.contains(id); }
  [[nodiscard]] std::size_t place_of(const std::string& id) const { return feed_.places.at(id); }
  [[nodiscard]] StoreProduct& product(std::size_t place) { return feed_.products[place]; }

  // Fails with `invalid` for a product without variants.
  Result<Feed> finish();

 private:
  // Counts what is kept. A few bytes of a feed may become many: a long name of a column stands with
  // each of the products.
  Result<void> count(std::size_t bytes);
  Result<void> read_prices(const Item& item, StoreVariant& variant);
  Result<void> note_currency(const Item& item, std::string_view field, std::string currency);

  FeedLimits limits_;
  Feed feed_{};
  std::unordered_set<std::string> variants_{};  // ids
};

}  // namespace aiva::product_feed
