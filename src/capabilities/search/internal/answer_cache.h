#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "capabilities/search/search.h"
#include "foundation/ids.h"

namespace aiva::search {

// Which answers may stand for one another: of one knowledge base at one version of its rows, to
// requests that differ in nothing but the question.
struct CacheScope {
  KnowledgeBaseId base{};
  std::int64_t version = 0;
  std::string form{};      // form_of() the request
  std::int64_t epoch = 0;  // SharedAnswers::epoch()
  int top_k = 50;          // of the request
  bool is_shared = true;   // answers may come from and go to other processes
  bool is_joint = false;   // of several knowledge bases; `form` names the others
};

// Everything of a request but its question, as text.
std::string form_of(const SearchRequest& request);

// An answer that was given before.
struct CachedAnswer {
  std::shared_ptr<const SearchAnswer> answer;  // shared with the cache
  std::string original_query{};
  double similarity = 1;  // cosine of the two questions; 1 for the same question
  double age_s = 0;
};

// An answer that was just given.
struct NewAnswer {
  std::string query;
  std::vector<float> vector{};  // of the query, of unit length; empty: no similar one will find it
  std::shared_ptr<const SearchAnswer> answer;
  std::chrono::steady_clock::time_point made{};
};

struct AnswerCacheSettings {
  std::chrono::seconds time_to_live{3600};  // 0: nothing is kept
  double similarity_min = 0.95;
  std::size_t answers_per_base_max = 1024;  // the oldest goes first
  std::size_t bases_max = 256;              // the one used longest ago goes first
};

// Answers to recent questions, in this process. A knowledge base that reaches another version or
// epoch loses all of its own. Any thread.
class AnswerCache {
 public:
  using Clock = std::chrono::steady_clock;

  explicit AnswerCache(AnswerCacheSettings settings) : settings_(settings) {}

  // The answer to the same question, but for case and white space.
  std::optional<CachedAnswer> find(const CacheScope& scope, const std::string& query,
                                   Clock::time_point now);
  // The answer to the question whose vector (of unit length) is the nearest, if it is near enough
  // and has the same sense_of_question().
  std::optional<CachedAnswer> find_near(const CacheScope& scope, const std::string& query,
                                        std::span<const float> vector, Clock::time_point now);
  void put(const CacheScope& scope, NewAnswer answer);
  // Forgets the answers of a knowledge base, those to searches of several with it among them;
  // answers how many there were.
  std::int64_t clear(KnowledgeBaseId base);

 private:
  struct Entry {
    std::string form;
    std::size_t form_hash = 0;  // told apart by it first: forms are long
    std::string question;       // in the form in which two are the same
    std::string sense;          // what a similar question must have too
    std::string query;
    std::vector<float> vector;
    std::shared_ptr<const SearchAnswer> answer;
    Clock::time_point made;
  };
  struct Base {
    KnowledgeBaseId id{};
    std::int64_t version = 0;
    std::int64_t epoch = 0;
    std::deque<Entry> entries;  // the one kept first in front
  };

  std::deque<Entry>* entries_of(const CacheScope& scope, Clock::time_point now);
  [[nodiscard]] bool is_over(const Entry& entry, Clock::time_point now) const {
    return now - entry.made >= settings_.time_to_live;
  }
  [[nodiscard]] static CachedAnswer told(const Entry& entry, double similarity,
                                         Clock::time_point now);

  AnswerCacheSettings settings_;
  std::mutex mutex_;
  std::list<Base> bases_;  // the one used last in front
  std::unordered_map<KnowledgeBaseId, std::list<Base>::iterator> places_;
};

}  // namespace aiva::search
