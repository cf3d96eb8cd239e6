#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/search/history.h"
#include "ports/database.h"

namespace aiva::search {

// The searches of one knowledge base in [from, until).
struct SearchRange {
  TenantId tenant{};
  KnowledgeBaseId base{};
  UnixMs from = 0;
  UnixMs until = 0;
};

// The rows of knowledge_searches, for reading and removing; SearchLog writes them. All but the rows
// of pages and the texts of questions is read from one index.
class SearchesTable {
 public:
  explicit SearchesTable(SqlSession& sql) : sql_(sql) {}

  // A page of the newest searches, and how many there are, both among the newest `counted_max`.
  Result<knowledge::PageOf<PastSearch>> page(const SearchRange& range, const HistoryFilter& filter,
                                             std::int64_t counted_max);

  // The instant of the search that is followed by exactly `count` newer ones; nothing when there
  // are no more than `count`.
  Result<std::optional<UnixMs>> beyond_newest(const SearchRange& range, std::int64_t count);
  // Calls `each` with the figures of every hour and type that has searches.
  using EachHour = std::function<void(UnixMs hour, std::string_view type, const SearchFigures&)>;
  Result<void> hours(const SearchRange& range, const EachHour& each);
  // The times of all searches, or of those in one of `step` milliseconds.
  struct Times {
    std::vector<double> cached;
    std::vector<double> uncached;
  };
  Result<Times> times(const SearchRange& range, std::int64_t step);
  // The questions asked most; of those without any result when `is_without_results`.
  Result<std::vector<AskedQuestion>> questions(const SearchRange& range, bool is_without_results,
                                               int count_max);

  // Removes at most `count` of the oldest rows of all tenants that are older; answers how many.
  Result<std::int64_t> remove_older(UnixMs than, std::int64_t count);

 private:
  Result<std::string> question_text(const SearchRange& range, std::int64_t hash, UnixMs asked_at);

  SqlSession& sql_;
};

}  // namespace aiva::search
