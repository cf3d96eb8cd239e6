#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ports/storefront.h"

namespace aiva::commerce {

// What a customer's sentence asks a shop for: "Show me red shoes under 50" is "red shoes", at most
// 50. Prices are of the store's currency.
struct Wish {
  std::string words{};  // the sentence without its price and without words every request has
  std::optional<MicroMoney> price_min{};
  std::optional<MicroMoney> price_max{};
};

// English, German, Spanish, French, Italian, Portuguese and Dutch; of other languages the sentence
// stays as it is.
Wish read_wish(std::string_view sentence);

// Whether a word, in lower case, says nothing about a product: "show", "the", "please".
bool is_filler(std::string_view word);

}  // namespace aiva::commerce
