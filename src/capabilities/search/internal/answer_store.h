#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "capabilities/search/internal/answer_cache.h"
#include "capabilities/search/internal/shared_answers.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/task.h"

namespace aiva::search {

// Answers to recent questions: those of this process and, where processes share a cache, those of
// all. Any thread.
class AnswerStore {
 public:
  using Instant = AnswerCache::Clock::time_point;

  // `shared` is null where this process is alone.
  AnswerStore(const AnswerCacheSettings& settings, std::unique_ptr<SharedAnswers> shared)
      : settings_(settings), kept_(settings), shared_(std::move(shared)) {}

  // Where answers to a request are kept while its knowledge base is at a version. `form` is
  // form_of() the request and whatever else answers depend on.
  Task<CacheScope> scope_of(CallContext context, CacheScope scope);

  // What is known before the question is embedded.
  struct Found {
    std::optional<CachedAnswer> answer{};  // to the same question
    std::optional<SharedAnswer> alike{};   // of another process, to a question that may be similar
  };
  Task<Found> find(CallContext context, CacheScope scope, std::string query, Instant now);
  // The answer to a similar question, once the vector of this one is known.
  struct Near {
    std::string query;
    std::span<const float> vector;
    std::optional<SharedAnswer> alike{};  // as found before
  };
  Task<std::optional<CachedAnswer>> find_near(CallContext context, CacheScope scope, Near near,
                                              Instant now);
  void put(const CallContext& context, const CacheScope& scope, NewAnswer answer);
  // Forgets the answers of a knowledge base; says how many this process had. Others give theirs for
  // SharedAnswersSettings::epoch_time at most. Fails with `unavailable` when they cannot be told.
  Task<Result<std::int64_t>> clear(CallContext context, KnowledgeBaseId base);

 private:
  void keep(const CacheScope& scope, const CachedAnswer& found, Instant now);

  AnswerCacheSettings settings_;
  AnswerCache kept_;
  std::unique_ptr<SharedAnswers> shared_;
};

}  // namespace aiva::search
