#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::search {

// One search that was answered.
struct PastSearch {
  std::string id;
  UserId user{};                           // nil for an API key
  std::optional<ChatSessionId> session{};  // the conversation that asked
  std::string query;
  std::string type;  // text, hybrid, …
  std::int64_t results_count = 0;
  double top_score = 0;
  double time_ms = 0;
  std::int64_t query_tokens = 0;
  billing::MicroUsd base_cost = 0;  // before the margin
  bool is_cached = false;
  UnixMs created_at = 0;
};

struct HistoryFilter {
  bool is_without_results = false;  // only searches that found nothing
  std::optional<UnixMs> from{};
  std::optional<UnixMs> until{};  // the first instant that is out
  knowledge::PageRequest page{};
};

// Sums over some searches.
struct SearchFigures {
  std::int64_t count = 0;
  std::int64_t cached = 0;
  std::int64_t without_results = 0;
  double time_ms = 0;  // together
  billing::MicroUsd base_cost = 0;

  SearchFigures& operator+=(const SearchFigures& more);
  // Of `part` searches in all of them; 0 where there are none.
  [[nodiscard]] double share(std::int64_t part) const;
  [[nodiscard]] double mean_ms() const;
};

// How long searches took. Percentiles are times that some search took (nearest rank).
struct Latency {
  std::int64_t measured = 0;  // searches whose time was looked at
  double mean_ms = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};

// Searches that asked the same but for case and spacing.
struct AskedQuestion {
  std::string question;  // in lower case
  std::int64_t count = 0;
  std::int64_t without_results = 0;
  double mean_score = 0;  // of the best hits
  UnixMs last_asked_at = 0;
};

struct SearchAnalytics {
  UnixMs from = 0;   // the beginning of a day in UTC, or of the oldest search that was counted
  UnixMs until = 0;  // now
  bool is_complete = true;  // false: older searches than the first `count_max` are left out
  SearchFigures all{};
  struct Day {
    UnixMs begin = 0;
    SearchFigures figures{};
  };
  std::vector<Day> days{};                // every day, the oldest first
  std::array<SearchFigures, 24> hours{};  // of the day in UTC
  struct Type {
    std::string type;
    SearchFigures figures{};
  };
  std::vector<Type> types{};     // by name
  bool is_latency_exact = true;  // false: of a sample
  Latency latency{};
  Latency latency_cached{};
  Latency latency_uncached{};
  bool are_questions_complete = true;  // false: only the newest `questions_count_max` are counted
  std::vector<AskedQuestion> top_questions{};              // most asked first
  std::vector<AskedQuestion> questions_without_results{};  // of those that found nothing
};

// What was searched in knowledge bases. Image searches are not in it. The first two operations see
// only knowledge bases of `context.tenant`; anything else is `not_found`.
class History {
 public:
  virtual ~History() = default;
  // Newest first. `total` stops at `counted_max`, and pages end there: earlier searches are had by
  // `until`. Fails with `invalid` (fields).
  virtual Task<Result<knowledge::PageOf<PastSearch>>> searches(CallContext context,
                                                               KnowledgeBaseId base,
                                                               HistoryFilter filter) = 0;
  // Figures of the last `days` (1…365) days in UTC, today included. Fails with `invalid`.
  virtual Task<Result<SearchAnalytics>> analytics(CallContext context, KnowledgeBaseId base,
                                                  int days) = 0;
  // Removes searches of all tenants that are older than `age`; answers how many. Safe at any time,
  // on several nodes at once, and to be cut off.
  virtual Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) = 0;
};

// Bounds on what one call reads.
struct HistorySettings {
  std::int64_t counted_max = 100'000;          // searches a list counts and pages through
  std::int64_t count_max = 500'000;            // searches analytics look at
  std::int64_t latency_count_max = 200'000;    // times percentiles are exact up to
  std::int64_t questions_count_max = 100'000;  // searches whose questions are counted
  int top_questions = 20;                      // of each list
  std::int64_t removed_per_transaction = 500;
};

// Everything is borrowed.
struct HistoryParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  const Clock& clock;
};

std::unique_ptr<History> make_history(HistoryParts parts, HistorySettings settings = {});

}  // namespace aiva::search
