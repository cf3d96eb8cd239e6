#include "capabilities/commerce/internal/variant_choice.h"

#include <algorithm>
#include <map>

#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/internal/spelling.h"

namespace aiva::commerce {
namespace {

struct Choice {
  const Variant* variant = nullptr;
  std::size_t named = 0;  // words that name it
};

bool has_options(const StoreVariant& variant, const ProductFilter& filter) {
  std::map<std::string, bool> names;  // whether one of its wanted values is there
  for (const auto& wanted : filter.options) {
    auto& is_there = names[folded(wanted.name)];
    is_there = is_there || std::ranges::any_of(variant.options, [&](const ChosenOption& option) {
                 return folded(option.name) == folded(wanted.name) &&
                        folded(option.value) == folded(wanted.value);
               });
  }
  return std::ranges::all_of(names, [](const auto& entry) { return entry.second; });
}

std::size_t count_named(const StoreVariant& variant, std::span<const std::string> words,
                        retrieval::Analyzer& analyzer) {
  std::string text = variant.title + " " + variant.sku + " " + variant.barcode;
  for (const auto& option : variant.options) text += " " + option.value;
  auto own = names_of(text, analyzer);
  return static_cast<std::size_t>(std::ranges::count_if(words, [&own](const std::string& word) {
    return std::ranges::find(own, word) != own.end();
  }));
}

}  // namespace

bool fits(const StoreVariant& variant, const ProductFilter& filter) {
  if (filter.price_min && variant.price < *filter.price_min) return false;
  if (filter.price_max && variant.price > *filter.price_max) return false;
  if (filter.in_stock && variant.is_available() != *filter.in_stock) return false;
  bool is_on_sale = variant.compare_at_price && *variant.compare_at_price > variant.price;
  if (filter.on_sale && is_on_sale != *filter.on_sale) return false;
  return has_options(variant, filter);
}

std::vector<VariantId> choose_variants(const Product& product, const ProductFilter& filter,
                                       std::span<const std::string> words,
                                       retrieval::Analyzer& analyzer) {
  std::vector<Choice> choices;
  std::size_t most = 0;
  for (const auto& variant : product.variants) {
    if (!fits(variant.there, filter)) continue;
    choices.push_back({&variant, words.empty() ? 0 : count_named(variant.there, words, analyzer)});
    most = std::max(most, choices.back().named);
  }
  std::erase_if(choices, [most](const Choice& choice) { return choice.named < most; });
  std::vector<VariantId> ids;
  for (bool is_available : {true, false})
    for (const auto& choice : choices)
      if (choice.variant->there.is_available() == is_available) ids.push_back(choice.variant->id);
  return ids;
}

}  // namespace aiva::commerce
