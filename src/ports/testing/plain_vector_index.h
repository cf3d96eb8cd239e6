#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ports/vector_index.h"

namespace aiva {

// A vector index that compares with everything; small and slow.
class PlainVectorIndex final : public VectorIndex {
 public:
  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId id) const override {
    std::lock_guard lock(mutex_);
    auto found = indexes_.find(id);
    if (found == indexes_.end()) return std::nullopt;
    return found->second.version;
  }

  Result<void> load(KnowledgeBaseId id, std::size_t dimension, std::int64_t version,
                    std::span<const ChunkId> chunks, std::vector<float> values) override {
    if (values.size() != chunks.size() * dimension)
      return fail(ErrorCode::invalid, "The values do not fit the chunks");
    std::lock_guard lock(mutex_);
    Index index{.dimension = dimension, .version = version, .rows = {}};
    add_rows(index, chunks, values);
    indexes_[id] = std::move(index);
    return {};
  }

  Result<void> apply(KnowledgeBaseId id, const VectorChange& change) override {
    std::lock_guard lock(mutex_);
    auto found = indexes_.find(id);
    if (found == indexes_.end()) return {};
    auto& index = found->second;
    if (index.version != change.from_version) {
      indexes_.erase(found);
      return {};
    }
    if (change.values.size() != change.added.size() * index.dimension)
      return fail(ErrorCode::invalid, "The values do not fit the chunks");
    for (const auto& chunk : change.removed) index.rows.erase(chunk);
    add_rows(index, change.added, change.values);
    index.version = change.to_version;
    return {};
  }

  void drop(KnowledgeBaseId id) override {
    std::lock_guard lock(mutex_);
    indexes_.erase(id);
  }

  [[nodiscard]] Result<std::vector<VectorHit>> search(KnowledgeBaseId id,
                                                      std::span<const float> query,
                                                      std::size_t count_max) const override {
    std::lock_guard lock(mutex_);
    auto found = indexes_.find(id);
    if (found == indexes_.end()) return fail(ErrorCode::not_found, "The index is not loaded");
    if (found->second.dimension != query.size())
      return fail(ErrorCode::invalid, "The query has another dimension");
    std::vector<VectorHit> hits;
    for (const auto& [chunk, row] : found->second.rows)
      hits.push_back({chunk, std::inner_product(row.begin(), row.end(), query.begin(), 0.0F)});
    std::ranges::sort(hits, [](const VectorHit& a, const VectorHit& b) {
      return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
    });
    hits.resize(std::min(hits.size(), count_max));
    return hits;
  }

  [[nodiscard]] std::size_t size(KnowledgeBaseId id) const override {
    std::lock_guard lock(mutex_);
    auto found = indexes_.find(id);
    return found == indexes_.end() ? 0 : found->second.rows.size();
  }

 private:
  struct Index {
    std::size_t dimension = 0;
    std::int64_t version = 0;
    std::map<ChunkId, std::vector<float>> rows;
  };

  static void add_rows(Index& index, std::span<const ChunkId> chunks,
                       const std::vector<float>& values) {
    auto all = std::span(values);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      auto row = all.subspan(i * index.dimension, index.dimension);
      index.rows[chunks[i]].assign(row.begin(), row.end());
    }
  }

  mutable std::mutex mutex_;
  std::map<KnowledgeBaseId, Index> indexes_;
};

}  // namespace aiva
