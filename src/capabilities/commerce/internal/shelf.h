#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/shelf_block.h"
#include "capabilities/commerce/internal/shelf_texts.h"
#include "capabilities/commerce/internal/vocabulary.h"
#include "retrieval/keywords/analysis.h"

namespace aiva::commerce {

// A product on a shelf: its block in the upper bits, its row in the lower ten.
using Place = std::uint32_t;
inline constexpr unsigned place_row_bits = 10;
static_assert(ShelfBlock::rows_max == 1U << place_row_bits);
inline constexpr std::size_t block_of(Place place) { return place >> place_row_bits; }
inline constexpr std::size_t row_of(Place place) { return place & (ShelfBlock::rows_max - 1); }
inline constexpr Place place_at(std::size_t block, std::size_t row) {
  return static_cast<Place>(block << place_row_bits | row);
}

class Shelf;
using ShelfPointer = std::shared_ptr<const Shelf>;

// The listed products of a store at one version, as filters, facets and sorts need them. Immutable;
// shares what did not change with the shelf before it. Any thread.
class Shelf {
 public:
  [[nodiscard]] StoreId store() const { return store_; }
  [[nodiscard]] std::int64_t version() const { return version_; }
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  // What it takes of memory, shared parts included.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // How many products were brought to it since it was made from nothing.
  [[nodiscard]] std::size_t changes() const { return changes_; }

  [[nodiscard]] const ShelfTexts& texts() const { return *texts_; }
  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }
  [[nodiscard]] const ShelfBlock& block(std::size_t index) const { return *blocks_[index]; }
  // One beyond the greatest place there may be.
  [[nodiscard]] std::size_t places_end() const { return blocks_.size() << place_row_bits; }
  [[nodiscard]] std::optional<Place> place_of(ProductId id) const;
  [[nodiscard]] ProductId id_at(Place place) const {
    return blocks_[block_of(place)]->id(row_of(place));
  }

 private:
  friend class ShelfBuilder;
  using BlockPointer = std::shared_ptr<const ShelfBlock>;

  StoreId store_{};
  std::int64_t version_ = 0;
  std::size_t changes_ = 0;
  std::size_t bytes_ = 0;
  std::shared_ptr<const ShelfTexts> texts_ = std::make_shared<ShelfTexts>();
  std::shared_ptr<const Vocabulary> vocabulary_ = std::make_shared<Vocabulary>();
  std::vector<BlockPointer> blocks_;
  std::vector<std::pair<ProductId, Place>> places_;  // by their ids
};

// Makes a shelf out of one before it and what changed. For one thread.
class ShelfBuilder {
 public:
  // From nothing where `from` is null. The analyzer is borrowed.
  ShelfBuilder(ShelfPointer from, retrieval::Analyzer& analyzer);

  // Puts a product in the place of the one of its id.
  void put(const ShelfProduct& product);
  void remove(ProductId id);
  [[nodiscard]] ShelfPointer finish(StoreId store, std::int64_t version);

 private:
  void note_words(const ShelfProduct& product);
  void place(std::vector<Shelf::BlockPointer>& blocks, const ShelfBlock& from, std::size_t row);
  void keep(std::vector<Shelf::BlockPointer>& blocks, std::size_t index);
  static void close(std::vector<Shelf::BlockPointer>& blocks, ShelfBlock& block);

  ShelfPointer from_;
  retrieval::Analyzer& analyzer_;
  std::shared_ptr<ShelfTexts> texts_;
  WordCounts words_;
  std::unordered_set<Place> gone_;                     // of the shelf before
  std::vector<ShelfBlock> fresh_;                      // what was put, all but the last one full
  std::unordered_map<ProductId, Place> fresh_places_;  // within it
  std::unordered_set<Place> fresh_gone_;
  std::unordered_set<std::size_t> touched_;  // blocks of which something went
  std::unordered_set<std::size_t> fresh_touched_;
  ShelfBlock open_;  // gathers rows of blocks that are not full
  std::size_t changes_ = 0;
};

}  // namespace aiva::commerce
