#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "ports/reranker.h"

namespace aiva::search {

// What a reranker may cost a search.
struct RerankLimits {
  std::size_t candidates_max = 30;
  std::chrono::milliseconds time_max{1500};
};

// Has a reranker, if there is one, put the best hits of searches in order. Any thread.
class Reranking {
 public:
  // `reranker` is borrowed and may be null.
  Reranking(Reranker* reranker, RerankLimits limits, Metrics& metrics);

  [[nodiscard]] bool is_on() const { return reranker_ != nullptr; }
  // What the hits of a search depend on by this; empty when it is off.
  [[nodiscard]] std::string form() const;
  // For how many candidates it wants the chunks where `wanted` are wanted anyway.
  [[nodiscard]] std::size_t chunks_needed(std::size_t wanted) const;

  // Orders the first hits by how well their chunks answer the query and gives them that score; the
  // others follow. Says whether it did: when the reranker fails or takes too long nothing changes.
  // `hits` stand in the order of fusion, not boosted, and outlive the task.
  Task<bool> order(CallContext context, std::string query, std::vector<TextHit>& hits);

 private:
  Reranker* reranker_;
  RerankLimits limits_;
  Counter& done_;
  Counter& failed_;
  Histogram& seconds_;
};

}  // namespace aiva::search
