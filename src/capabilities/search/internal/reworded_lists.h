#pragma once

#include <string>
#include <vector>

#include "capabilities/search/internal/ranking.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::search {

struct RewordedQuery {
  std::vector<KnowledgeBaseId> bases{};
  std::vector<std::string> rewordings{};
  const Result<Embeddings>& embedded;  // of the rewordings, in their order; borrowed
  FusionWeights weights{};             // of the lists; one that counts 0 is not asked
  PassageQuery passages{};
};

// What rewordings of a question brought up.
struct RewordedLists {
  std::vector<OtherList> lists{};
  std::vector<Error> failures{};  // of lists that are missing
};

// Searches by words and by meaning for each rewording. What cannot be had is left out: the
// question's own lists are there. The index is borrowed.
Task<RewordedLists> find_reworded(CallContext context, PassageIndex& index, RewordedQuery query);

}  // namespace aiva::search
