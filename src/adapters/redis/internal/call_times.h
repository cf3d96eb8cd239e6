#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "adapters/redis/redis.h"
#include "foundation/metrics.h"
#include "foundation/result.h"

namespace aiva::redis {

// How long calls took, by the name of their first command, and how they failed. On the loop's
// thread.
class CallTimes {
 public:
  // Null: nothing is counted.
  explicit CallTimes(Metrics* metrics) : metrics_(metrics) {}

  void note(const std::string& command, std::chrono::steady_clock::duration took,
            const Result<std::vector<RedisReplies>>& outcome);

 private:
  Histogram& times_of(const std::string& command);

  Metrics* metrics_;
  std::map<std::string, Histogram*> times_;  // names are those of the program, so they are few
  std::map<ErrorCode, Counter*> failures_;
};

}  // namespace aiva::redis
