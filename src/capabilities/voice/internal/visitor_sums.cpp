#include "capabilities/voice/internal/visitor_sums.h"

#include "capabilities/voice/visitor_calls.h"

namespace aiva::voice {

Result<VisitorSums> sum_visitor_calls(SqlSession& sql, const VisitorRange& range) {
  VisitorSums sums;
  TRY_VOID(sql.query(
      "SELECT COALESCE(SUM(is_open), 0), "
      "COALESCE(SUM(CASE WHEN caller_id = ? THEN is_open ELSE 0 END), 0), "
      "COALESCE(SUM(lasted_ms), 0) FROM (SELECT caller_id, "
      "CASE WHEN status = 'in_progress' OR (status = 'announced' AND created_at > ?) "
      "THEN 1 ELSE 0 END AS is_open, "
      "CASE WHEN status = 'in_progress' THEN ? - started_at ELSE duration_ms END AS lasted_ms "
      "FROM call_logs WHERE tenant_id = ? AND agent_id = ? AND provider = ? AND created_at > ?) "
      "AS browser_calls",
      {range.caller_id, range.announced_since, range.now, range.tenant, range.agent,
       browser_provider, range.since},
      [&sums](const SqlRow& row) -> Result<void> {
        sums = {.at_once = row.integer(0),
                .visitor_at_once = row.integer(1),
                .duration_ms = row.integer(2)};
        return {};
      }));
  return sums;
}

}  // namespace aiva::voice
