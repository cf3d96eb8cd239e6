#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/search/internal/ranking.h"
#include "capabilities/search/internal/reworded_lists.h"
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
  bool is_degraded = false;  // a list that was asked failed, of a rewording even
  double vector_ms = 0;
  double keyword_ms = 0;
  bool is_outdated = false;  // an index was closed before it could be asked; nothing else is set
};

// Asks the index for what is near to a query by meaning and by words. Any thread.
class CandidateFinder {
 public:
  // The parts are borrowed.
  CandidateFinder(const SearchParts& parts, const SearchSettings& settings);

  // What was got ready for the lists before; borrowed while a call runs.
  struct Prepared {
    const std::vector<KnowledgeBaseId>& bases;
    const Result<void>& ensured;  // whether the index shows their rows
    const Result<Embeddings>& embedded;
    const Expansion& expansion;
    const Result<Embeddings>& reworded;  // the rewordings of the expansion
  };
  // The lists of all knowledge bases together. One of the two may fail: the other answers alone.
  // Fails with what they failed with when neither could be had. What the expansion brings up counts
  // less, and is left out where it cannot be had.
  Task<Result<Candidates>> find(CallContext context, SearchRequest request, Prepared prepared);

 private:
  using Hits = Result<std::vector<PassageHit>>;
  struct TimedHits {
    Hits hits;
    double time_ms = 0;
  };

  Task<Result<PassageFilter>> compile(CallContext context, Prepared prepared, SearchFilter filter);
  [[nodiscard]] FusionRule rule_of(const RankingOptions& options) const;
  Task<Hits> find_words(CallContext context, std::string query, PassageQuery wanted,
                        Prepared prepared);
  Task<Hits> find_near(CallContext context, PassageQuery wanted, Prepared prepared);
  Task<RewordedLists> ask_reworded(CallContext context, FusionRule rule, PassageQuery wanted,
                                   Prepared prepared);
  Task<TimedHits> timed(Task<Hits> list);
  void note_failure(std::string_view what, const CallContext& context, const Error& error);

  const SearchParts& parts_;
  const SearchSettings& settings_;
  Counter& degraded_;
};

}  // namespace aiva::search
