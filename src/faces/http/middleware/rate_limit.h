#pragma once

#include <optional>
#include <string>

#include "faces/http/middleware/exchange.h"
#include "faces/http/server.h"
#include "foundation/task.h"
#include "ports/cache.h"

namespace aiva::http {

// Counts calls in windows and refuses those beyond a limit (429 with Retry-After); tells where the
// caller stands in the RateLimit-* headers. A cache that fails lets calls pass.
class RateLimiter {
 public:
  RateLimiter(Cache& cache, RateLimits limits) : cache_(cache), limits_(limits) {}

  struct Rule {
    RateLimit limit;
    std::string key;
  };
  // Login and registration count by client address, before anything expensive happens.
  [[nodiscard]] std::optional<Rule> address_rule(const Exchange& exchange) const;
  // Everything else counts by who is calling; nobody in particular by address.
  [[nodiscard]] std::optional<Rule> caller_rule(const Exchange& exchange) const;

  Task<Outcome> count(Exchange& exchange, Rule rule);

 private:
  Cache& cache_;
  RateLimits limits_;
};

}  // namespace aiva::http
