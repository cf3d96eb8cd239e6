#include "capabilities/voice/internal/recordings_table.h"

#include <utility>

namespace aiva::voice {

Result<void> RecordingsTable::begin(TenantId tenant, CallId call, std::string_view key) {
  TRY(auto changed, sql_.execute("UPDATE call_logs SET recording_key = ?, recording_status = ? "
                                 "WHERE tenant_id = ? AND id = ?",
                                 {key, "recording", tenant, call}));
  if (changed == 0) return fail(ErrorCode::not_found, "No such call");
  return {};
}

Result<bool> RecordingsTable::end(TenantId tenant, CallId call, std::string_view status) {
  bool is_kept = status != "failed";
  TRY(auto changed,
      sql_.execute("UPDATE call_logs SET recording_status = ?, "
                   "recording_key = CASE WHEN ? THEN recording_key ELSE '' END "
                   "WHERE tenant_id = ? AND id = ? AND recording_status = 'recording'",
                   {status, is_kept, tenant, call}));
  return changed > 0;
}

Result<std::optional<RecordingRow>> RecordingsTable::find(TenantId tenant, CallId call) {
  std::optional<RecordingRow> found;
  TRY_VOID(
      sql_.query("SELECT recording_key, recording_status, ended_at FROM call_logs "
                 "WHERE tenant_id = ? AND id = ?",
                 {tenant, call}, [&](const SqlRow& row) -> Result<void> {
                   found = RecordingRow{.tenant = tenant,
                                        .call = call,
                                        .key = std::string(row.text(0)),
                                        .status = std::string(row.text(1)),
                                        .is_over = !row.is_null(2)};
                   return {};
                 }));
  return found;
}

Result<std::vector<RecordingRow>> RecordingsTable::left(UnixMs ended_before, int count_max) {
  std::vector<RecordingRow> rows;
  TRY_VOID(
      sql_.query("SELECT tenant_id, id, recording_key FROM call_logs "
                 "WHERE recording_status = 'recording' AND ended_at < ? LIMIT ?",
                 {ended_before, count_max}, [&rows](const SqlRow& row) -> Result<void> {
                   rows.push_back({.tenant = row.id<TenantId>(0),
                                   .call = row.id<CallId>(1),
                                   .key = std::string(row.text(2)),
                                   .status = "recording",
                                   .is_over = true});
                   return {};
                 }));
  return rows;
}

Result<std::int64_t> RecordingsTable::forget_where(std::string_view condition,
                                                   std::initializer_list<SqlValue> parameters,
                                                   UnixMs now) {
  std::vector<SqlValue> values{now};
  values.insert(values.end(), parameters.begin(), parameters.end());
  TRY_VOID(sql_.execute_span(
      std::string("INSERT INTO recording_removals (object_key, created_at) "
                  "SELECT recording_key, ? FROM call_logs WHERE recording_key <> '' AND ")
          .append(condition),
      values));
  return sql_.execute_span(std::string("UPDATE call_logs SET recording_key = '', "
                                       "recording_status = 'removed' "
                                       "WHERE recording_key <> '' AND ")
                               .append(condition),
                           std::span(parameters.begin(), parameters.size()));
}

Result<std::int64_t> RecordingsTable::forget(TenantId tenant, CallId call, UnixMs now) {
  return forget_where("tenant_id = ? AND id = ?", {tenant, call}, now);
}

Result<std::int64_t> RecordingsTable::forget_of_session(TenantId tenant, ChatSessionId session,
                                                        UnixMs now) {
  return forget_where("tenant_id = ? AND chat_session_id = ?", {tenant, session}, now);
}

Result<std::int64_t> RecordingsTable::forget_of_agent(TenantId tenant, AgentId agent, UnixMs now) {
  return forget_where("tenant_id = ? AND agent_id = ?", {tenant, agent}, now);
}

Result<std::int64_t> RecordingsTable::forget_older(UnixMs ended_before, UnixMs now, int count_max) {
  std::vector<std::pair<TenantId, CallId>> old;
  for (auto status : {"complete", "partial"})
    TRY_VOID(
        sql_.query("SELECT tenant_id, id FROM call_logs "
                   "WHERE recording_status = ? AND ended_at < ? LIMIT ?",
                   {status, ended_before, count_max - static_cast<int>(old.size())},
                   [&old](const SqlRow& row) -> Result<void> {
                     old.emplace_back(row.id<TenantId>(0), row.id<CallId>(1));
                     return {};
                   }));
  for (const auto& [tenant, call] : old) TRY_VOID(forget(tenant, call, now));
  return static_cast<std::int64_t>(old.size());
}

Result<std::vector<std::string>> RecordingsTable::removals(int count_max) {
  std::vector<std::string> keys;
  TRY_VOID(sql_.query("SELECT object_key FROM recording_removals ORDER BY created_at LIMIT ?",
                      {count_max}, [&keys](const SqlRow& row) -> Result<void> {
                        keys.emplace_back(row.text(0));
                        return {};
                      }));
  return keys;
}

Result<void> RecordingsTable::removed(std::string_view key) {
  TRY_VOID(sql_.execute("DELETE FROM recording_removals WHERE object_key = ?", {key}));
  return {};
}

}  // namespace aiva::voice
