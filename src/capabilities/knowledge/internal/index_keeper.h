#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "capabilities/knowledge/internal/flight.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/text_embedder.h"
#include "ports/vector_index.h"

namespace aiva::knowledge {

// Keeps the vector index in step with the rows: loads a knowledge base once however many callers
// want it, and brings committed changes in the order of their versions. Any thread.
class IndexKeeper {
 public:
  // Everything is borrowed.
  IndexKeeper(Database& database, VectorIndex& vectors, const TextEmbedder& embedder,
              Metrics& metrics);

  // Makes the index show the rows of a knowledge base of context.tenant, or later ones.
  Task<Result<void>> ensure(CallContext context, KnowledgeBaseId base);
  // Brings a committed change to the index, if it is loaded. Never fails: in the worst case the
  // index is dropped and loaded again when it is needed.
  void apply(KnowledgeBaseId base, VectorChange change);
  // Forgets a knowledge base.
  void drop(KnowledgeBaseId base);

 private:
  // Changes that came before their turn, by the version they start from.
  struct Pending {
    std::map<std::int64_t, VectorChange> changes;
    std::size_t values = 0;
  };

  // A load that cannot succeed, so that not every search tries it again.
  struct Refusal {
    std::int64_t version = 0;
    std::chrono::steady_clock::time_point until{};
    Error error{};
  };

  Task<Result<void>> load(CallContext context, KnowledgeBaseId base);
  void apply_in_turn(KnowledgeBaseId base);
  void bring(KnowledgeBaseId base, const VectorChange& change);

  Database& database_;
  VectorIndex& vectors_;
  const TextEmbedder& embedder_;
  Counter& loads_;
  Counter& vectors_loaded_;
  std::mutex mutex_;  // over what follows; never held while waiting
  std::unordered_map<KnowledgeBaseId, std::shared_ptr<Flight>> flights_;
  std::unordered_map<KnowledgeBaseId, Pending> pending_;
  std::unordered_map<KnowledgeBaseId, Refusal> refusals_;
};

}  // namespace aiva::knowledge
