#include "capabilities/commerce/internal/shelf.h"

#include <algorithm>
#include <string_view>

#include "capabilities/commerce/internal/spelling.h"

namespace aiva::commerce {
namespace {

bool has_digit(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Place> Shelf::place_of(ProductId id) const {
  auto found = std::ranges::lower_bound(places_, id, {}, &std::pair<ProductId, Place>::first);
  if (found == places_.end() || found->first != id) return std::nullopt;
  return found->second;
}

ShelfBuilder::ShelfBuilder(ShelfPointer from, retrieval::Analyzer& analyzer)
    : from_(std::move(from)), analyzer_(analyzer) {
  if (from_ == nullptr) from_ = std::make_shared<const Shelf>();
  texts_ = std::make_shared<ShelfTexts>(from_->texts());
}

void ShelfBuilder::note_words(const ShelfProduct& product) {
  std::unordered_set<std::string> words;
  auto note = [&](std::string_view text) {
    for (auto& word : words_of(text, analyzer_)) words.insert(std::move(word));
  };
  note(product.title);
  note(product.vendor);
  note(product.product_type);
  for (const auto& tag : product.tags) note(tag);
  std::unordered_set<std::string_view> seen;
  for (const auto& variant : product.variants) {
    // Codes with digits are never put right, so nobody asks for them.
    if (!has_digit(variant.sku)) note(variant.sku);
    for (const auto& option : variant.options) {
      if (seen.insert(option.name).second) note(option.name);
      if (seen.insert(option.value).second) note(option.value);
    }
  }
  for (const auto& word : words) ++words_[word];
}

void ShelfBuilder::put(const ShelfProduct& product) {
  remove(product.id);
  note_words(product);
  if (fresh_.empty() || fresh_.back().is_full()) fresh_.emplace_back();
  auto& block = fresh_.back();
  fresh_places_[product.id] = place_at(fresh_.size() - 1, block.rows());
  block.append(product, *texts_);
}

void ShelfBuilder::remove(ProductId id) {
  ++changes_;
  if (auto before = from_->place_of(id)) {
    gone_.insert(*before);
    touched_.insert(block_of(*before));
  }
  auto fresh = fresh_places_.find(id);
  if (fresh == fresh_places_.end()) return;
  fresh_gone_.insert(fresh->second);
  fresh_touched_.insert(block_of(fresh->second));
  fresh_places_.erase(fresh);
}

void ShelfBuilder::close(std::vector<Shelf::BlockPointer>& blocks, ShelfBlock& block) {
  if (block.rows() == 0) return;
  blocks.push_back(std::make_shared<const ShelfBlock>(std::move(block)));
  block = ShelfBlock();
}

void ShelfBuilder::place(std::vector<Shelf::BlockPointer>& blocks, const ShelfBlock& from,
                         std::size_t row) {
  open_.append(from, row);
  if (open_.is_full()) close(blocks, open_);
}

// A block of the shelf before stays as it is unless something of it went or it has room left.
void ShelfBuilder::keep(std::vector<Shelf::BlockPointer>& blocks, std::size_t index) {
  const auto& block = from_->blocks_[index];
  bool is_touched = touched_.contains(index);
  bool is_last = index + 1 == from_->blocks();
  if (!is_touched && !(is_last && !block->is_full() && !fresh_.empty())) {
    blocks.push_back(block);
    return;
  }
  for (std::size_t row = 0; row < block->rows(); ++row)
    if (!gone_.contains(place_at(index, row))) place(blocks, *block, row);
}

ShelfPointer ShelfBuilder::finish(StoreId store, std::int64_t version) {
  auto shelf = std::make_shared<Shelf>();
  shelf->store_ = store;
  shelf->version_ = version;
  shelf->changes_ = from_->changes_ + changes_;
  for (std::size_t i = 0; i < from_->blocks(); ++i) keep(shelf->blocks_, i);
  for (std::size_t i = 0; i < fresh_.size(); ++i) {
    auto& block = fresh_[i];
    if (block.is_full() && !fresh_touched_.contains(i)) {
      close(shelf->blocks_, block);
      continue;
    }
    for (std::size_t row = 0; row < block.rows(); ++row)
      if (!fresh_gone_.contains(place_at(i, row))) place(shelf->blocks_, block, row);
  }
  close(shelf->blocks_, open_);

  bool has_new_words = std::ranges::any_of(
      words_, [this](const auto& entry) { return !from_->vocabulary().has(entry.first); });
  shelf->vocabulary_ = has_new_words ? from_->vocabulary().with(words_) : from_->vocabulary_;
  shelf->texts_ = std::move(texts_);
  for (std::size_t i = 0; i < shelf->blocks_.size(); ++i) {
    const auto& block = *shelf->blocks_[i];
    shelf->bytes_ += block.bytes();
    for (std::size_t row = 0; row < block.rows(); ++row)
      shelf->places_.emplace_back(block.id(row), place_at(i, row));
  }
  std::ranges::sort(shelf->places_);
  shelf->bytes_ += shelf->places_.capacity() * sizeof(shelf->places_[0]) + shelf->texts_->bytes() +
                   shelf->vocabulary_->bytes();
  return shelf;
}

}  // namespace aiva::commerce
