#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/knowledge/internal/chunk_collector.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/text_embedder.h"

namespace aiva::knowledge {

// The vectors of a document's chunks; none and no dimension without an embedder.
struct ChunkVectors {
  std::vector<float> values{};
  std::size_t dimension = 0;
  std::int64_t tokens = 0;  // as the embedder counted
};

struct EmbedRequest {
  std::shared_ptr<const ChunkCollector> collector;
  std::string title{};  // of the document
  std::size_t batch = 32;
  // Told after each batch how many chunks are embedded; its failure ends the work.
  std::function<Task<Result<void>>(std::int64_t done)> on_progress{};
};

// Embeds all chunks of a collector. `embedder` is borrowed.
Task<Result<ChunkVectors>> embed_chunks(CallContext context, TextEmbedder& embedder,
                                        EmbedRequest request);

}  // namespace aiva::knowledge
