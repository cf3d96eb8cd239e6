#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "foundation/metrics.h"
#include "ports/passage_index.h"

namespace aiva {

struct RedisPassageIndexOptions {
  std::string key_prefix = "aiva:";
  std::size_t set_rows_max = 200'000;         // a knowledge base with more gets another vector set
  std::size_t dead_rows_min = 1000;           // fewer rows that went are left where they are
  std::size_t exploration = 200;              // how many candidates a search keeps (EF), at least
  std::size_t building_exploration = 200;     // the same while a row is put in
  std::chrono::milliseconds lease{60000};     // a writer that says nothing for so long is replaced
  std::chrono::milliseconds patience{30000};  // for another process that brings the same change
  std::chrono::milliseconds call_timeout{30000};
  std::chrono::milliseconds search_timeout{5000};
  std::chrono::milliseconds silence_max{1000};  // of a server that searches are still sent to
};

// Vectors in the vector sets of Redis 8, shared by all processes of an installation; words in
// `words`, an index of this process, which keeps the passages without their vectors. One process
// at a time brings a change to Redis, the others see its version; see README.md. The version shown
// is the lower of the two: each search is of one version, those of one moment may differ while
// another process leads the vectors on. A change that another process began brings this index no
// further than that process came. `redis` is borrowed and must end later.
std::unique_ptr<PassageIndex> make_redis_passage_index(Redis& redis,
                                                       std::unique_ptr<PassageIndex> words,
                                                       RedisPassageIndexOptions options,
                                                       Metrics& metrics);

// Fails with `unavailable` when the server has no vector sets (Redis 8 has).
Task<Result<void>> check_vector_sets(CallContext context, Redis& redis);

}  // namespace aiva
