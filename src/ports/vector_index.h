#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"

namespace aiva {

struct VectorHit {
  ChunkId chunk;
  float score = 0;  // cosine, -1 … 1
};

// A batch of changes of one knowledge base that leads it from one version to the next.
struct VectorChange {
  std::int64_t from_version = 0;
  std::int64_t to_version = 0;
  std::vector<ChunkId> added{};
  std::vector<float> values{};  // added.size() * dimension, unit length
  std::vector<ChunkId> removed{};
};

// Nearest neighbours within one knowledge base. Derived from the rows: an index that is missing or
// of another version is loaded again from them. Thread-safe; calls compute, they do not wait.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  // The version of the rows this index shows for the knowledge base; nothing when it is not loaded.
  [[nodiscard]] virtual std::optional<std::int64_t> version(
      KnowledgeBaseId knowledge_base) const = 0;
  // Replaces the whole index of a knowledge base.
  virtual Result<void> load(KnowledgeBaseId knowledge_base, std::size_t dimension,
                            std::int64_t version, std::span<const ChunkId> chunks,
                            std::vector<float> values) = 0;
  // Applies a change when the index is loaded and at from_version; else drops the index.
  virtual Result<void> apply(KnowledgeBaseId knowledge_base, const VectorChange& change) = 0;
  virtual void drop(KnowledgeBaseId knowledge_base) = 0;

  // The `count_max` nearest chunks, best first. `not_found` when not loaded, `invalid` on a
  // dimension that differs.
  [[nodiscard]] virtual Result<std::vector<VectorHit>> search(KnowledgeBaseId knowledge_base,
                                                              std::span<const float> query,
                                                              std::size_t count_max) const = 0;
  // Vectors loaded for the knowledge base.
  [[nodiscard]] virtual std::size_t size(KnowledgeBaseId knowledge_base) const = 0;
};

}  // namespace aiva
