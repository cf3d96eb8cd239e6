#include "capabilities/commerce/internal/shelf_block.h"

#include <algorithm>

#include "capabilities/commerce/internal/folded.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr float no_rating = -1;
constexpr std::size_t title_bytes_max = 120;  // so much of it is sorted by

template <class T>
std::size_t bytes_of(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

}  // namespace

void ShelfBlock::add_code(std::string_view code) {
  auto key = code_key(code);
  if (key != 0) codes_.push_back({key, static_cast<std::uint32_t>(rows())});
}

void ShelfBlock::append(const ShelfProduct& product, ShelfTexts& texts) {
  add_code(product.handle);
  std::vector<std::uint32_t> numbers;
  for (const auto& variant : product.variants) {
    add_code(variant.id.to_string());
    add_code(variant.sku);
    add_code(variant.barcode);
    prices_.push_back(variant.price);
    prices_before_.push_back(variant.compare_at_price.value_or(no_price));
    available_.push_back(variant.is_available ? 1 : 0);
    numbers.clear();
    for (const auto& option : variant.options) {
      auto number = texts.add_option(option.name, option.value);
      if (number != 0) numbers.push_back(number);
    }
    options_.append(numbers);
  }
  variant_ends_.push_back(static_cast<std::uint32_t>(prices_.size()));

  auto append_texts = [&numbers, &texts](const auto& entries, auto text_of, Slices& slices) {
    numbers.clear();
    for (const auto& entry : entries) {
      auto number = texts.add(text_of(entry));
      if (number == 0 || std::ranges::find(numbers, number) != numbers.end()) continue;
      numbers.push_back(number);
    }
    slices.append(numbers);
  };
  append_texts(product.tags, [](const std::string& tag) -> std::string_view { return tag; }, tags_);
  append_texts(
      product.collections, [](const StoreCollection& c) -> std::string_view { return c.title; },
      collections_);
  append_texts(
      product.collections, [](const StoreCollection& c) -> std::string_view { return c.id; },
      collection_ids_);
  vendors_.push_back(texts.add(product.vendor));
  types_.push_back(texts.add(product.product_type));
  ratings_.push_back(product.rating ? static_cast<float>(*product.rating) : no_rating);
  created_at_.push_back(product.created_at);
  auto title = folded(product.title);
  titles_.emplace_back(utf8_prefix(title, title_bytes_max));
  ids_.push_back(product.id);
}

void ShelfBlock::append(const ShelfBlock& from, std::size_t row) {
  auto here = static_cast<std::uint32_t>(rows());
  auto first =
      std::ranges::lower_bound(from.codes_, static_cast<std::uint32_t>(row), {}, &Code::row);
  for (; first != from.codes_.end() && first->row == row; ++first)
    codes_.push_back({first->key, here});
  for (auto v = from.variants_begin(row); v < from.variants_end(row); ++v) {
    prices_.push_back(from.prices_[v]);
    prices_before_.push_back(from.prices_before_[v]);
    available_.push_back(from.available_[v]);
    options_.append(from.options(v));
  }
  variant_ends_.push_back(static_cast<std::uint32_t>(prices_.size()));
  tags_.append(from.tags(row));
  collections_.append(from.collections(row));
  collection_ids_.append(from.collection_ids(row));
  vendors_.push_back(from.vendors_[row]);
  types_.push_back(from.types_[row]);
  ratings_.push_back(from.ratings_[row]);
  created_at_.push_back(from.created_at_[row]);
  titles_.push_back(from.titles_[row]);
  ids_.push_back(from.ids_[row]);
}

std::vector<std::uint32_t> ShelfBlock::with_code(std::uint64_t key) const {
  std::vector<std::uint32_t> rows;
  for (const auto& code : codes_)
    if (code.key == key && (rows.empty() || rows.back() != code.row)) rows.push_back(code.row);
  return rows;
}

std::size_t ShelfBlock::bytes() const {
  auto bytes = bytes_of(ids_) + bytes_of(vendors_) + bytes_of(types_) + bytes_of(ratings_) +
               bytes_of(created_at_) + bytes_of(titles_) + bytes_of(variant_ends_) +
               bytes_of(prices_) + bytes_of(prices_before_) + bytes_of(available_) +
               bytes_of(codes_) + tags_.bytes() + collections_.bytes() + collection_ids_.bytes() +
               options_.bytes();
  for (const auto& title : titles_) bytes += title.capacity();
  return bytes;
}

}  // namespace aiva::commerce
