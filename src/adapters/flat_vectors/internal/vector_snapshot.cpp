#include "adapters/flat_vectors/internal/vector_snapshot.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "retrieval/exact_scan.h"

namespace aiva {
namespace {

// A new block has room for an eighth of what is there, so blocks stay few and spare room small.
constexpr std::size_t growth_divisor = 8;
constexpr std::size_t block_rows_min = 32;
constexpr std::size_t block_rows_max = 4096;
// A hit's place, which also orders hits of equal score: block in the upper half, row in the lower.
constexpr int row_bits = 32;

}  // namespace

VectorSnapshot::VectorSnapshot(std::int64_t version, std::size_t dimension,
                               std::span<const ChunkId> chunks, std::vector<float> values)
    : version_(version), dimension_(dimension), size_(chunks.size()) {
  AIVA_ASSERT(values.size() == chunks.size() * dimension);
  if (chunks.empty()) return;
  auto block = std::make_shared<Block>();
  block->values = std::move(values);
  block->chunks.assign(chunks.begin(), chunks.end());
  const auto* rows = block->values.data();
  const auto* ids = block->chunks.data();
  views_.push_back({std::move(block), rows, ids, size_, nullptr, 0});
}

VectorSnapshot VectorSnapshot::apply(const VectorChange& change) const {
  VectorSnapshot next(change.to_version, dimension_);
  next.size_ = size_;
  next.views_ = views_;
  std::unordered_set<ChunkId> gone(change.removed.begin(), change.removed.end());
  gone.insert(change.added.begin(), change.added.end());
  for (auto& view : next.views_) {
    std::shared_ptr<std::vector<std::uint64_t>> dead;
    for (std::size_t row = 0; row < view.count; ++row) {
      if (!gone.contains(view.chunks[row]) || view.is_dead(row)) continue;
      if (dead == nullptr) {
        dead = view.dead == nullptr ? std::make_shared<std::vector<std::uint64_t>>()
                                    : std::make_shared<std::vector<std::uint64_t>>(*view.dead);
        dead->resize((view.count + 63) / 64);
      }
      (*dead)[row / 64] |= std::uint64_t{1} << row % 64;
      ++view.dead_count;
      --next.size_;
    }
    if (dead != nullptr) view.dead = std::move(dead);
  }
  next.append(change.added, change.values);
  next.give_up_sparse_blocks();
  return next;
}

// Fills the spare room of the last block, then new blocks.
void VectorSnapshot::append(std::span<const ChunkId> chunks, std::span<const float> values) {
  while (!chunks.empty()) {
    auto* last = views_.empty() ? nullptr : &views_.back();
    std::size_t room = 0;
    if (last != nullptr)
      room = std::min(last->block->values.capacity() / dimension_, last->block->chunks.capacity()) -
             last->count;
    if (room == 0) {
      add_block(chunks.size());
      continue;
    }
    const auto rows = std::min(room, chunks.size());
    auto& block = *last->block;
    // Rows a version that was never published may have left behind are written over.
    block.values.resize(last->count * dimension_);
    block.chunks.resize(last->count);
    block.values.insert(block.values.end(), values.begin(),
                        values.begin() + static_cast<std::ptrdiff_t>(rows * dimension_));
    block.chunks.insert(block.chunks.end(), chunks.begin(),
                        chunks.begin() + static_cast<std::ptrdiff_t>(rows));
    last->count += rows;
    size_ += rows;
    if (last->dead != nullptr && last->dead->size() * 64 < last->count) {
      auto longer = std::make_shared<std::vector<std::uint64_t>>(*last->dead);
      longer->resize((last->count + 63) / 64);
      last->dead = std::move(longer);
    }
    chunks = chunks.subspan(rows);
    values = values.subspan(rows * dimension_);
  }
}

void VectorSnapshot::add_block(std::size_t rows) {
  const auto wanted = std::max(rows, size_ / growth_divisor);
  const auto capacity = std::clamp(wanted, block_rows_min, block_rows_max);
  auto block = std::make_shared<Block>();
  block->values.reserve(capacity * dimension_);
  block->chunks.reserve(capacity);
  const auto* values = block->values.data();
  const auto* ids = block->chunks.data();
  views_.push_back({std::move(block), values, ids, 0, nullptr, 0});
}

// Moves the living rows of blocks more than half dead to the end and lets the blocks go.
void VectorSnapshot::give_up_sparse_blocks() {
  auto is_sparse = [](const View& view) { return view.dead_count * 2 > view.count; };
  std::vector<View> sparse;
  std::ranges::copy_if(views_, std::back_inserter(sparse), is_sparse);
  if (sparse.empty()) return;
  std::erase_if(views_, is_sparse);
  for (const auto& view : sparse) {
    size_ -= view.count - view.dead_count;
    for (std::size_t row = 0; row < view.count; ++row)
      if (!view.is_dead(row))
        append({view.chunks + row, 1}, {view.values + row * dimension_, dimension_});
  }
}

std::vector<VectorHit> VectorSnapshot::search(std::span<const float> query,
                                              std::size_t count_max) const {
  retrieval::TopK<std::uint64_t> top(count_max);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const auto& view = views_[i];
    retrieval::VectorRows rows{view.values, view.count, dimension_, {}};
    if (view.dead != nullptr) rows.dead = *view.dead;
    retrieval::exact_scan(rows, query, static_cast<std::uint64_t>(i) << row_bits, top);
  }
  std::vector<VectorHit> hits;
  hits.reserve(top.size());
  for (const auto& entry : top.take()) {
    const auto& view = views_[entry.key >> row_bits];
    hits.push_back({view.chunks[entry.key & 0xFFFFFFFFU], std::clamp(entry.score, -1.0F, 1.0F)});
  }
  return hits;
}

std::size_t VectorSnapshot::bytes() const {
  std::size_t bytes = sizeof(VectorSnapshot) + views_.capacity() * sizeof(View);
  for (const auto& view : views_) {
    bytes += view.block->values.capacity() * sizeof(float);
    bytes += view.block->chunks.capacity() * sizeof(ChunkId);
    if (view.dead != nullptr) bytes += view.dead->size() * sizeof(std::uint64_t);
  }
  return bytes;
}

}  // namespace aiva
