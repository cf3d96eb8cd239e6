#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ports/vector_index.h"

namespace aiva {

// One version of a knowledge base's vectors, immutable to its readers. The next version shares
// the blocks of rows with it and differs in a few of them, so a small change costs little however
// many vectors there are.
class VectorSnapshot {
 public:
  // `values` holds chunks.size() rows of `dimension` floats.
  VectorSnapshot(std::int64_t version, std::size_t dimension, std::span<const ChunkId> chunks,
                 std::vector<float> values);

  // The next version. Chunks added that are there already are replaced. Call it on the newest
  // version only, one call at a time: new rows go into spare room that older versions do not read.
  [[nodiscard]] VectorSnapshot apply(const VectorChange& change) const;

  [[nodiscard]] std::vector<VectorHit> search(std::span<const float> query,
                                              std::size_t count_max) const;

  [[nodiscard]] std::int64_t version() const { return version_; }
  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  // Rows alive.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t block_count() const { return views_.size(); }
  // Memory held, spare room and dead rows included.
  [[nodiscard]] std::size_t bytes() const;

 private:
  // Storage whose capacity never changes after it is made; only the writer looks at its sizes.
  struct Block {
    std::vector<float> values;
    std::vector<ChunkId> chunks;
  };
  // What one version sees of a block: the first `count` rows, less the dead ones.
  struct View {
    std::shared_ptr<Block> block;  // shared by all versions that still see some row of it
    const float* values = nullptr;
    const ChunkId* chunks = nullptr;
    std::size_t count = 0;
    std::shared_ptr<const std::vector<std::uint64_t>> dead;  // null: none
    std::size_t dead_count = 0;

    [[nodiscard]] bool is_dead(std::size_t row) const {
      return dead != nullptr && ((*dead)[row / 64] >> row % 64 & 1U) != 0;
    }
  };

  VectorSnapshot(std::int64_t version, std::size_t dimension)
      : version_(version), dimension_(dimension) {}

  void append(std::span<const ChunkId> chunks, std::span<const float> values);
  void add_block(std::size_t rows);
  void give_up_sparse_blocks();

  std::int64_t version_ = 0;
  std::size_t dimension_ = 0;
  std::size_t size_ = 0;
  std::vector<View> views_;
};

}  // namespace aiva
