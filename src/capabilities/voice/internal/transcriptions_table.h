#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/voice/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

inline constexpr std::int64_t lines_per_call_max = 2000;

// The rows of what was said in calls.
class TranscriptionsTable {
 public:
  explicit TranscriptionsTable(SqlSession& sql) : sql_(sql) {}

  // Adds the line, or puts it in the place of the one with its number. `too_large` when the call
  // has the most lines allowed.
  Result<void> put(TenantId tenant, CallId call, const TranscriptLine& line, UnixMs now);
  // In their order.
  Result<std::vector<TranscriptLine>> list(TenantId tenant, CallId call);
  Result<std::int64_t> count(TenantId tenant, CallId call);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::voice
