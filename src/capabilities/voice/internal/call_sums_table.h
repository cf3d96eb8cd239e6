#pragma once

#include <string>

#include "capabilities/voice/call_records.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// Sums over a tenant's rows of calls.
class CallSumsTable {
 public:
  struct Range {
    TenantId tenant{};
    std::string agent{};  // its id; empty: all
    UnixMs since = 0;
    UnixMs until = 0;  // the first instant that is out
  };

  explicit CallSumsTable(SqlSession& sql) : sql_(sql) {}
  Result<CallAnalytics> sum(const Range& range);

 private:
  Result<void> sum_calls(const Range& range, CallAnalytics& sums);
  Result<void> sum_lines(const Range& range, CallAnalytics& sums);
  Result<void> sum_days(const Range& range, CallAnalytics& sums);

  SqlSession& sql_;
};

}  // namespace aiva::voice
