#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/search/internal/ranking.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::search {

// What both lists brought up for a query.
struct Candidates {
  std::vector<Candidate> ranked{};
  std::int64_t query_tokens = 0;
  bool used_vectors = false;
  bool used_keywords = false;
};

// Asks the index for what is near to a query by meaning and by words. Any thread.
class CandidateFinder {
 public:
  // The parts are borrowed.
  CandidateFinder(const SearchParts& parts, const SearchSettings& settings);

  // What was got ready for the lists before; borrowed while a call runs.
  struct Prepared {
    const Result<void>& ensured;  // whether the index shows the rows
    const Result<Embeddings>& embedded;
  };
  // One of the lists may fail: the other answers alone. Fails with what the vectors failed with
  // when neither could be had.
  Task<Result<Candidates>> find(CallContext context, KnowledgeBaseId base, SearchRequest request,
                                Prepared prepared);

 private:
  struct NearVectors {
    std::vector<PassageHit> hits{};
    std::int64_t query_tokens = 0;
  };

  Task<Result<PassageFilter>> compile(CallContext context, KnowledgeBaseId base,
                                      SearchFilter filter);
  Task<Result<NearVectors>> find_near(CallContext context, KnowledgeBaseId base,
                                      const Result<Embeddings>& embedded, PassageQuery wanted);
  void note_failure(std::string_view what, const CallContext& context, const Error& error);

  const SearchParts& parts_;
  const SearchSettings& settings_;
  Counter& degraded_;
};

}  // namespace aiva::search
