#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::voice {

// What visitors of an agent's page have called.
struct VisitorSums {
  std::int64_t at_once = 0;          // going on, or announced lately
  std::int64_t visitor_at_once = 0;  // of one of them
  std::int64_t duration_ms = 0;      // of all, until now
};

struct VisitorRange {
  TenantId tenant{};
  AgentId agent{};
  std::string_view caller_id{};
  UnixMs since = 0;
  UnixMs announced_since = 0;  // older ones nobody comes for
  UnixMs now = 0;
};

Result<VisitorSums> sum_visitor_calls(SqlSession& sql, const VisitorRange& range);

}  // namespace aiva::voice
