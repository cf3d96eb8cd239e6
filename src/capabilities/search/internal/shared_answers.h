#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "capabilities/knowledge/knowledge.h"
#include "capabilities/search/internal/answer_cache.h"
#include "capabilities/search/internal/shared_answer_text.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "ports/cache.h"
#include "ports/clock.h"
#include "ports/signals.h"

namespace aiva::search {

struct SharedAnswersParts {
  Cache& cache;  // that several processes share
  knowledge::Knowledge& knowledge;
  const Clock& clock;
  Metrics& metrics;
  Signals* signals = nullptr;  // to other processes and from them; null: they look by themselves
};

struct SharedAnswersSettings {
  std::chrono::seconds time_to_live{3600};
  std::chrono::milliseconds patience{50};  // with one call of the cache
  int failures_max = 3;                    // in a row; then the cache is left alone for a while
  std::chrono::milliseconds pause{5000};
  std::chrono::milliseconds epoch_time{1000};  // so long another process's clearing may go unseen
  int unwritten_max = 64;                      // answers on their way to the cache
};

// Answers that other processes gave. What the cache holds is not trusted: of an answer only ids and
// explanations are kept there, the rows are fetched for the caller's tenant again, and an answer
// with a row that is gone or belongs elsewhere is none. A cache that fails or is slow costs hits,
// never a search. Any thread.
class SharedAnswers {
 public:
  SharedAnswers(SharedAnswersParts parts, SharedAnswersSettings settings);
  // Waits for what is on its way to the cache.
  ~SharedAnswers();
  SharedAnswers(const SharedAnswers&) = delete;
  SharedAnswers& operator=(const SharedAnswers&) = delete;

  // When the answers of the knowledge base were last cleared anywhere, in milliseconds since 1970;
  // 0: not within their time to live, or it cannot be told.
  Task<std::int64_t> epoch(CallContext context, KnowledgeBaseId base);
  // The answer to a question of the same sense_of_question(), not yet to be given: its hits have
  // the ids of their chunks only.
  Task<std::optional<SharedAnswer>> find(CallContext context, CacheScope scope, std::string query);
  // The answer with the rows of the context's tenant; nothing when one of them is gone.
  Task<std::optional<CachedAnswer>> complete(CallContext context, KnowledgeBaseId base,
                                             SharedAnswer shared, double similarity);
  // Hands an answer to the cache and returns at once; nothing happens when too many are on the way.
  void put(const CallContext& context, const CacheScope& scope, const NewAnswer& answer);
  // Makes every process forget. Fails with `unavailable` when the cache cannot be told.
  Task<Result<void>> clear(CallContext context, KnowledgeBaseId base);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Epoch {
    std::int64_t value = 0;
    Instant read_at{};
  };

  [[nodiscard]] CallContext hurried(const CallContext& context) const;
  [[nodiscard]] bool is_resting();
  void note(bool is_sound);
  Task<std::optional<std::string>> get(CallContext context, std::string key);
  Task<Result<std::vector<TextHit>>> fetch(CallContext context, KnowledgeBaseId base,
                                           std::vector<TextHit> hits);
  void remember_epoch(KnowledgeBaseId base, std::int64_t value);
  void hear_of_clearing(std::string_view payload);

  SharedAnswersParts parts_;
  SharedAnswersSettings settings_;
  Counter& failures_;
  Counter& refused_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::unordered_map<KnowledgeBaseId, Epoch> epochs_;
  int failures_in_row_ = 0;
  Instant rest_until_{};
  int unwritten_ = 0;
  std::unique_ptr<Signals::Subscription> clearings_elsewhere_;  // the first to go
};

}  // namespace aiva::search
