#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "capabilities/search/internal/answer_store.h"
#include "capabilities/search/internal/index_standing.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::search {

// Answers that may be given again, as one search sees them: those for what its indexes show, given
// only when the rows are still at that. Any thread.
class KeptAnswers {
 public:
  using Instant = AnswerStore::Instant;

  // `form` says whatever answers depend on besides their request. The parts are borrowed.
  KeptAnswers(const SearchParts& parts, const SearchSettings& settings, std::string form);

  // Where answers to a request are kept (nowhere when an index does not follow its rows, or nothing
  // is kept at all), and what was found there.
  struct Place {
    std::optional<CacheScope> scope{};
    AnswerStore::Found found{};
  };
  // Looks for an answer to the same question. What is borrowed outlives the task.
  Task<Place> find(CallContext context, const SearchRequest& request, IndexStanding& standing,
                   Instant now);
  // For a similar question, whose vector is `row`, at a place that has a scope.
  Task<std::optional<CachedAnswer>> find_near(CallContext context, const SearchRequest& request,
                                              IndexStanding& standing, Place& place,
                                              std::span<const float> row);
  // Has the indexes follow their rows, and the place with them.
  Task<void> follow(CallContext context, const SearchRequest& request, IndexStanding& standing,
                    Place& place);
  void put(const CallContext& context, const Place& place, NewAnswer answer);
  // As AnswerStore::clear().
  Task<Result<std::int64_t>> clear(CallContext context, KnowledgeBaseId base);

 private:
  Task<std::optional<CacheScope>> scope_of(CallContext context, const SearchRequest& request,
                                           const IndexStanding& standing);

  const Clock& clock_;
  std::string form_;
  bool is_on_;
  AnswerStore answers_;
};

}  // namespace aiva::search
