#include "capabilities/commerce/internal/shelf_texts.h"

#include <utility>

#include "capabilities/commerce/internal/folded.h"

namespace aiva::commerce {
namespace {

// About what an entry of a table takes besides its text.
constexpr std::size_t entry_bytes = 112;

}  // namespace

TextNumber ShelfTexts::add(std::string_view text) {
  auto key = folded(text);
  if (key.empty()) return 0;
  auto [entry, is_new] =
      numbers_.try_emplace(std::move(key), static_cast<TextNumber>(shown_.size()));
  if (is_new) {
    shown_.emplace_back(text);
    text_bytes_ += 2 * text.size() + entry_bytes;
  }
  return entry->second;
}

OptionNumber ShelfTexts::add_option(std::string_view name, std::string_view value) {
  Option option{.name = add(name), .value = add(value)};
  if (option.value == 0) return 0;
  auto [entry, is_new] = option_numbers_.try_emplace(pair_of(option.name, option.value),
                                                     static_cast<OptionNumber>(options_.size()));
  if (is_new) options_.push_back(option);
  return entry->second;
}

TextNumber ShelfTexts::find(std::string_view text) const {
  auto found = numbers_.find(folded(text));
  return found == numbers_.end() ? 0 : found->second;
}

OptionNumber ShelfTexts::find_option(TextNumber name, TextNumber value) const {
  auto found = option_numbers_.find(pair_of(name, value));
  return found == option_numbers_.end() ? 0 : found->second;
}

std::size_t ShelfTexts::bytes() const {
  return text_bytes_ + options_.size() * (sizeof(Option) + entry_bytes);
}

}  // namespace aiva::commerce
