#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/knowledge/internal/chunk_collector.h"
#include "capabilities/knowledge/internal/core.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::knowledge {

// The vectors of a document's chunks; none and no dimension without an embedder.
struct ChunkVectors {
  std::vector<float> values{};
  std::vector<std::string> text_sha256{};  // of what was embedded, one a chunk
  std::size_t dimension = 0;
  std::int64_t tokens = 0;  // as the embedder counted
  std::int64_t reused = 0;  // chunks whose vectors were there already
};

struct EmbedRequest {
  std::shared_ptr<const ChunkCollector> collector;
  std::string title{};  // of the document
  std::size_t batch = 32;
  // Told after each batch how many chunks have their vectors; its failure ends the work.
  std::function<Task<Result<void>>(std::int64_t done)> on_progress{};
};

// Finds the vectors of all chunks of a collector: those of texts the tenant of the context already
// has from the same model come from the rows, the others from the embedder, each text once. `core`
// is borrowed.
Task<Result<ChunkVectors>> embed_chunks(CallContext context, Core& core, EmbedRequest request);

}  // namespace aiva::knowledge
