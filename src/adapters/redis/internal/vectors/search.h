#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "adapters/redis/internal/vectors/keys.h"
#include "adapters/redis/internal/vectors/state.h"
#include "adapters/redis/redis_passage_index.h"

namespace aiva::redis {

// One search of a knowledge base's vector sets, all at the same time. Its answer is of one state
// from its first hit to its last: it begins again when that changes meanwhile.
class VectorSearch {
 public:
  // `vector` has a length above 0. Everything borrowed outlives the search.
  VectorSearch(Redis& redis, const VectorKeys& keys, const RedisPassageIndexOptions& options,
               const std::vector<float>& vector, const PassageQuery& query);

  // `state` is what was seen last and becomes what was seen now. Fails with `not_found` when Redis
  // has lost something of it, `unavailable` when it changes all the time.
  Task<Result<std::vector<PassageHit>>> run(CallContext context, VectorState& state);
  // Whether every row had to be compared because the graph gave too few.
  [[nodiscard]] bool was_exact() const { return effort_.is_exact; }

 private:
  struct Effort {
    std::size_t count = 0;  // hits asked for, of each set
    bool is_exact = false;  // compares with every row
  };
  struct Found {
    RowName name{};
    float score = 0;
    std::size_t answer = 0;  // of which question
  };
  // What one question to each set brought.
  struct Round {
    std::optional<VectorState> seen{};  // nothing: there is none any more
    std::vector<Found> found{};
    std::vector<std::size_t> returned{};  // hits of each answer, shown or not
    bool has_lost_rows = false;
    bool may_miss = false;  // a graph gave fewer than were asked for
  };

  Task<Result<Round>> ask(CallContext context, const VectorState& state);
  Task<Result<void>> check_replaced(CallContext context, const VectorState& state, Round& round);
  [[nodiscard]] std::vector<RedisBatch> questions(const VectorState& state) const;
  [[nodiscard]] RedisCommand question(const VectorSet& set, const std::string& filter) const;
  [[nodiscard]] std::vector<std::string> filters(const VectorState& state) const;
  void take(const RedisReply& reply, const VectorState& state, const VectorSet& set, Round& round);
  [[nodiscard]] bool wants_more(const Round& round) const;
  [[nodiscard]] std::vector<PassageHit> best(const Round& round) const;
  [[nodiscard]] bool is_wanted(const RowName& name) const;

  Redis& redis_;
  const VectorKeys& keys_;
  const RedisPassageIndexOptions& options_;
  const PassageQuery& query_;
  std::string vector_bytes_;
  bool filters_documents_here_ = false;  // too many for an expression
  Effort effort_{};
};

}  // namespace aiva::redis
