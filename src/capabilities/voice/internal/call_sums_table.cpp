#include "capabilities/voice/internal/call_sums_table.h"

namespace aiva::voice {
namespace {

constexpr std::string_view in_range =
    " WHERE c.tenant_id = ? AND c.created_at >= ? AND c.created_at < ? AND "
    "(? = '' OR c.agent_id = ?)";

std::string select(std::string_view what, std::string_view rest) {
  return std::string("SELECT ").append(what).append(in_range).append(rest);
}

}  // namespace

Result<CallAnalytics> CallSumsTable::sum(const Range& range) {
  CallAnalytics sums;
  TRY_VOID(sum_calls(range, sums));
  TRY_VOID(sum_lines(range, sums));
  TRY_VOID(sum_days(range, sums));
  return sums;
}

Result<void> CallSumsTable::sum_calls(const Range& range, CallAnalytics& sums) {
  double mos = 0;
  std::int64_t measured = 0;
  TRY_VOID(sql_.query(
      select("c.status, COUNT(*), SUM(CASE WHEN c.direction = 'inbound' THEN 1 ELSE 0 END), "
             "SUM(CASE WHEN c.duration_ms > 0 THEN 1 ELSE 0 END), SUM(c.duration_ms), "
             "SUM(c.turns), SUM(c.interruptions), SUM(c.base_cost), SUM(c.final_cost), "
             "SUM(c.mos), SUM(CASE WHEN c.mos > 0 THEN 1 ELSE 0 END) FROM call_logs c",
             " GROUP BY c.status ORDER BY c.status"),
      {range.tenant, range.since, range.until, range.agent, range.agent},
      [&](const SqlRow& row) -> Result<void> {
        auto calls = row.integer(1);
        sums.statuses.emplace_back(std::string(row.text(0)), calls);
        sums.total += calls;
        sums.inbound += row.integer(2);
        sums.talked += row.integer(3);
        sums.duration_ms += row.integer(4);
        sums.turns += row.integer(5);
        sums.interruptions += row.integer(6);
        sums.base_cost += row.integer(7);
        sums.final_cost += row.integer(8);
        mos += row.real(9);
        measured += row.integer(10);
        return {};
      }));
  sums.outbound = sums.total - sums.inbound;
  if (measured > 0) sums.mean_mos = mos / static_cast<double>(measured);
  return {};
}

Result<void> CallSumsTable::sum_lines(const Range& range, CallAnalytics& sums) {
  return sql_.query(
      select("SUM(CASE WHEN t.sentiment = 'positive' THEN 1 ELSE 0 END), "
             "SUM(CASE WHEN t.sentiment = 'neutral' THEN 1 ELSE 0 END), "
             "SUM(CASE WHEN t.sentiment = 'negative' THEN 1 ELSE 0 END), "
             "AVG(CASE WHEN t.first_audio_ms >= 0 THEN t.first_audio_ms END) "
             "FROM call_logs c JOIN call_transcriptions t ON t.call_id = c.id",
             " AND t.tenant_id = ? AND (t.first_audio_ms >= 0 OR t.speaker = 'customer')"),
      {range.tenant, range.since, range.until, range.agent, range.agent, range.tenant},
      [&sums](const SqlRow& row) -> Result<void> {
        sums.positive = row.integer(0);
        sums.neutral = row.integer(1);
        sums.negative = row.integer(2);
        if (!row.is_null(3)) sums.mean_first_audio_ms = row.real(3);
        return {};
      });
}

Result<void> CallSumsTable::sum_days(const Range& range, CallAnalytics& sums) {
  return sql_.query(
      select("c.created_at - c.created_at % 86400000 AS day_begin, COUNT(*), SUM(c.duration_ms), "
             "SUM(c.final_cost) FROM call_logs c",
             " GROUP BY day_begin ORDER BY day_begin"),
      {range.tenant, range.since, range.until, range.agent, range.agent},
      [&sums](const SqlRow& row) -> Result<void> {
        sums.days.push_back({.begins_at = row.integer(0),
                             .calls = row.integer(1),
                             .duration_ms = row.integer(2),
                             .final_cost = row.integer(3)});
        return {};
      });
}

}  // namespace aiva::voice
