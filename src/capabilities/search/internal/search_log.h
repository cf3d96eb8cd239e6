#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/search/search.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::search {

// One search as analytics and billing see it.
struct SearchRecord {
  Uuid id{};
  TenantId tenant{};
  KnowledgeBaseId knowledge_base{};
  UserId user{};
  std::optional<ApiKeyId> api_key{};
  std::optional<ChatSessionId> session{};
  std::string query{};
  std::string query_expanded{};
  SearchType type = SearchType::hybrid;
  std::int64_t results_count = 0;
  double top_score = 0;
  double time_ms = 0;
  std::int64_t query_tokens = 0;
  std::string model{};  // that embedded the question
  billing::MicroUsd base_cost = 0;
  bool is_billed = true;
  bool is_cached = false;
  UnixMs created_at = 0;
  int attempts = 0;
};

// Writes the rows of knowledge_searches and their charges behind the answers, on a thread of its
// own: an idle server writes at once, a busy one what has gathered since group_interval, so that
// one commit pays for many searches. Any thread.
class SearchLog {
 public:
  static constexpr std::chrono::milliseconds group_interval{20};

  SearchLog(Database& database, billing::Billing& billing, Metrics& metrics,
            std::size_t unwritten_max);
  // Waits until everything is written or given up.
  ~SearchLog();
  SearchLog(const SearchLog&) = delete;
  SearchLog& operator=(const SearchLog&) = delete;

  // Queues the record and returns; writes it before returning when the queue is full.
  Task<void> record(SearchRecord record);

 private:
  using Batch = std::vector<SearchRecord>;

  void run();
  Batch take();
  bool write_now(Batch batch);
  Task<bool> write_batch(Batch batch);
  Task<Result<void>> write_rows(std::span<const SearchRecord> records);
  void retry_later(SearchRecord record, const Error& error);

  Database& database_;
  billing::Billing& billing_;
  Counter& lost_;
  std::size_t unwritten_max_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<SearchRecord> queue_;
  bool is_wanted_ = false;  // something came since the queue was looked at
  bool is_ending_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace aiva::search
