#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::product_feed {

// A product or a variant as a feed writes it: texts by the names docs/guides/product_feeds.md gives
// them, all of them optional.
struct Item {
  std::string where{};  // what stands before a field's name in an error: "Line 7, column "
  std::vector<std::pair<std::string, std::string>> fields{};
  std::vector<ChosenOption> options{};
  std::vector<std::pair<std::string, std::string>> others{};  // what the feed has besides

  // The first of that name that is not empty.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  void set(std::string name, std::string text);
};

// `invalid`: "Line 7, column price: “abc” is not a price".
Error item_error(const Item& item, std::string_view name, std::string_view text,
                 std::string_view what);

// The name a column or a field is known by: "Image_Link" is "image", "g:item_group_id" is "group";
// empty where it is none we know.
std::string_view known_name(std::string_view name);
// Columns that are options of variants: "color" is "Color"; empty for others.
std::string_view option_name(std::string_view name);

// "a, b|c" by any of the separators, without white space around and without empty parts; at most
// `parts_max`.
std::vector<std::string> split_list(std::string_view text, std::string_view separators,
                                    std::size_t parts_max);
std::string_view trim(std::string_view text);

struct Price {
  MicroMoney amount = 0;
  std::string currency{};  // empty: it does not say
};
// "12.50", "12,50 €", "EUR 1.299,00", "1,299.00".
std::optional<Price> parse_price(std::string_view text);

}  // namespace aiva::product_feed
