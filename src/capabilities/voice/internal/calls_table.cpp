#include "capabilities/voice/internal/calls_table.h"

#include <string>
#include <utility>

#include "capabilities/voice/internal/recordings_table.h"

namespace aiva::voice {
namespace {

constexpr std::string_view select_calls =
    "SELECT id, tenant_id, agent_id, session_id, chat_session_id, direction, status, end_reason, "
    "caller_id, caller_name, dialled_number, provider, metadata, recording_key, duration_ms, "
    "audio_in_ms, audio_out_ms, turns, interruptions, mos, base_cost, final_cost, created_at, "
    "started_at, ended_at, asterisk_port, is_external, transfer_target, record_wish, "
    "recording_status, answered_by, dial_result FROM call_logs WHERE ";

constexpr std::string_view select_metered =
    "SELECT id, tenant_id, agent_id, status, is_external, metered_ms, held_ms, base_cost, "
    "final_cost FROM call_logs WHERE ";

// What is not asked for fits all.
constexpr std::string_view in_filter =
    "tenant_id = ? AND created_at >= ? AND created_at < ? AND (? = '' OR agent_id = ?) AND "
    "(? = '' OR status = ?) AND (? = '' OR direction = ?) AND (? = '' OR caller_id = ?) AND "
    "(? = '' OR chat_session_id = ?)";

Call read_call(const SqlRow& row) {
  Call call{.id = row.id<CallId>(0),
            .tenant = row.id<TenantId>(1),
            .agent = row.id<AgentId>(2),
            .session_id = std::string(row.text(3)),
            .direction = std::string(row.text(5)),
            .status = std::string(row.text(6)),
            .end_reason = std::string(row.text(7)),
            .caller_id = std::string(row.text(8)),
            .caller_name = std::string(row.text(9)),
            .dialled_number = std::string(row.text(10)),
            .provider = std::string(row.text(11)),
            .metadata = std::string(row.text(12)),
            .recording_key = std::string(row.text(13)),
            .recording_status = std::string(row.text(29)),
            .transfer_target = std::string(row.text(27)),
            .duration_ms = row.integer(14),
            .audio_in_ms = row.integer(15),
            .audio_out_ms = row.integer(16),
            .turns = row.integer(17),
            .interruptions = row.integer(18),
            .mos = row.real(19),
            .base_cost = row.integer(20),
            .final_cost = row.integer(21),
            .created_at = row.integer(22),
            .asterisk_port = static_cast<int>(row.integer(25)),
            .is_external = row.integer(26) != 0,
            .answered_by = std::string(row.text(30)),
            .dial_result = std::string(row.text(31))};
  if (!row.is_null(4)) call.chat_session = row.id<ChatSessionId>(4);
  if (!row.is_null(23)) call.started_at = row.integer(23);
  if (!row.is_null(24)) call.ended_at = row.integer(24);
  if (!row.is_null(28)) call.record = row.integer(28) != 0;
  return call;
}

MeteredCall read_metered(const SqlRow& row) {
  return {.id = row.id<CallId>(0),
          .tenant = row.id<TenantId>(1),
          .agent = row.id<AgentId>(2),
          .status = std::string(row.text(3)),
          .is_external = row.integer(4) != 0,
          .meter = {.metered_ms = row.integer(5),
                    .held_ms = row.integer(6),
                    .base_cost = row.integer(7),
                    .final_cost = row.integer(8)}};
}

Result<std::vector<Call>> several(SqlSession& sql, std::string_view condition,
                                  SqlSession::Parameters parameters) {
  std::vector<Call> found;
  TRY_VOID(sql.query(std::string(select_calls).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       found.push_back(read_call(row));
                       return {};
                     }));
  return found;
}

Result<Call> one(SqlSession& sql, std::string_view condition, SqlSession::Parameters parameters) {
  std::optional<Call> found;
  TRY_VOID(sql.query(std::string(select_calls).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       found = read_call(row);
                       return {};
                     }));
  if (!found) return fail(ErrorCode::not_found, "No such call");
  return std::move(*found);
}

}  // namespace

Result<void> CallsTable::insert(const Call& call) {
  auto inserted = sql_.execute(
      "INSERT INTO call_logs (id, tenant_id, agent_id, session_id, chat_session_id, direction, "
      "status, end_reason, caller_id, caller_name, dialled_number, provider, asterisk_port, "
      "metadata, record_wish, duration_ms, audio_in_ms, audio_out_ms, base_cost, final_cost, "
      "is_external, metered_at, created_at, started_at, ended_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {call.id,
       call.tenant,
       call.agent,
       call.session_id,
       call.chat_session,
       call.direction,
       call.status,
       call.end_reason,
       call.caller_id,
       call.caller_name,
       call.dialled_number,
       call.provider,
       call.asterisk_port,
       call.metadata,
       call.record,
       call.duration_ms,
       call.audio_in_ms,
       call.audio_out_ms,
       call.base_cost,
       call.final_cost,
       call.is_external,
       call.created_at,
       call.created_at,
       call.started_at,
       call.ended_at});
  if (inserted) return {};
  if (inserted.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "There is a call of that session_id");
  return fail(std::move(inserted.error()));
}

Result<Call> CallsTable::get(TenantId tenant, CallId id) {
  return one(sql_, "tenant_id = ? AND id = ?", {tenant, id});
}

Result<Call> CallsTable::by_session(TenantId tenant, std::string_view session_id) {
  return one(sql_, "tenant_id = ? AND session_id = ?", {tenant, session_id});
}

Result<CallPage> CallsTable::page(TenantId tenant, const CallFilter& filter) {
  auto agent = filter.agent ? filter.agent->to_string() : std::string();
  auto chat = filter.chat_session ? filter.chat_session->to_string() : std::string();
  CallPage page;
  TRY_VOID(sql_.query(
      std::string("SELECT COUNT(*) FROM call_logs WHERE ").append(in_filter),
      {tenant, filter.since, filter.until, agent, agent, filter.status, filter.status,
       filter.direction, filter.direction, filter.caller_id, filter.caller_id, chat, chat},
      [&page](const SqlRow& row) -> Result<void> {
        page.total = row.integer(0);
        return {};
      }));
  auto after = filter.after.value_or(before_newest);
  auto offset = filter.after ? 0 : std::int64_t{filter.page - 1} * filter.limit;
  TRY_VOID(
      sql_.query(std::string(select_calls)
                     .append(in_filter)
                     .append(" AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC "
                             "LIMIT ? OFFSET ?"),
                 {tenant, filter.since, filter.until, agent, agent, filter.status, filter.status,
                  filter.direction, filter.direction, filter.caller_id, filter.caller_id, chat,
                  chat, after.key, after.id, filter.limit, offset},
                 [&page](const SqlRow& row) -> Result<void> {
                   page.items.push_back(read_call(row));
                   return {};
                 }));
  return page;
}

Result<std::vector<Call>> CallsTable::by_number_end(TenantId tenant, std::string_view end,
                                                    UnixMs since, const ListPosition& before,
                                                    std::size_t count_max) {
  return several(sql_,
                 "tenant_id = ? AND number_end = ? AND created_at >= ? AND created_at <= ? AND "
                 "(created_at < ? OR id < ?) ORDER BY created_at DESC, id DESC LIMIT ?",
                 {tenant, end, since, before.key, before.key, before.id, count_max});
}

Result<std::vector<Call>> CallsTable::of_conversation(TenantId tenant, ChatSessionId session) {
  return several(sql_, "tenant_id = ? AND chat_session_id = ? LIMIT 20", {tenant, session});
}

Result<void> CallsTable::update(const Call& call) {
  TRY(auto changed,
      sql_.execute("UPDATE call_logs SET chat_session_id = ?, status = ?, end_reason = ?, "
                   "caller_id = ?, caller_name = ?, dialled_number = ?, provider = ?, "
                   "asterisk_port = ?, metadata = ?, transfer_target = ?, duration_ms = ?, "
                   "audio_in_ms = ?, audio_out_ms = ?, turns = ?, interruptions = ?, mos = ?, "
                   "started_at = ?, ended_at = ?, answered_by = ?, dial_result = ? "
                   "WHERE tenant_id = ? AND id = ?",
                   {call.chat_session,  call.status,
                    call.end_reason,    call.caller_id,
                    call.caller_name,   call.dialled_number,
                    call.provider,      call.asterisk_port,
                    call.metadata,      call.transfer_target,
                    call.duration_ms,   call.audio_in_ms,
                    call.audio_out_ms,  call.turns,
                    call.interruptions, call.mos,
                    call.started_at,    call.ended_at,
                    call.answered_by,   call.dial_result,
                    call.tenant,        call.id}));
  if (changed == 0) return fail(ErrorCode::not_found, "No such call");
  return {};
}

Result<std::optional<Call>> CallsTable::claim(const AwaitedCall& awaited, UnixMs since,
                                              UnixMs now) {
  std::string sql(select_calls);
  std::vector<SqlValue> values;
  if (awaited.tenant) {
    sql.append("tenant_id = ? AND ");
    values.emplace_back(*awaited.tenant);
  }
  sql.append(
      "session_id = ? AND status = 'announced' AND claimed_at IS NULL AND created_at >= ? LIMIT 2");
  values.emplace_back(awaited.session_id);
  values.emplace_back(since);
  std::vector<Call> found;
  TRY_VOID(sql_.query_span(sql, values, [&found](const SqlRow& row) -> Result<void> {
    found.push_back(read_call(row));
    return {};
  }));
  if (found.size() != 1) return std::optional<Call>();
  auto& call = found.front();
  if (awaited.agent && call.agent != *awaited.agent) return std::optional<Call>();
  TRY(auto claimed, sql_.execute("UPDATE call_logs SET claimed_at = ? "
                                 "WHERE tenant_id = ? AND id = ? AND claimed_at IS NULL",
                                 {now, call.tenant, call.id}));
  if (claimed == 0) return std::optional<Call>();
  return std::optional(std::move(call));
}

Result<MeteredCall> CallsTable::metered(TenantId tenant, CallId id) {
  std::optional<MeteredCall> found;
  TRY_VOID(sql_.query(std::string(select_metered).append("tenant_id = ? AND id = ?"), {tenant, id},
                      [&found](const SqlRow& row) -> Result<void> {
                        found = read_metered(row);
                        return {};
                      }));
  if (!found) return fail(ErrorCode::not_found, "No such call");
  return std::move(*found);
}

Result<void> CallsTable::save_meter(TenantId tenant, CallId id, const MeterState& meter,
                                    UnixMs now) {
  TRY_VOID(sql_.execute(
      "UPDATE call_logs SET metered_ms = ?, held_ms = ?, base_cost = ?, "
      "final_cost = ?, metered_at = ? WHERE tenant_id = ? AND id = ?",
      {meter.metered_ms, meter.held_ms, meter.base_cost, meter.final_cost, now, tenant, id}));
  return {};
}

Result<std::vector<MeteredCall>> CallsTable::quiet(UnixMs since, UnixMs external_since,
                                                   int count_max) {
  std::vector<MeteredCall> calls;
  TRY_VOID(sql_.query(std::string(select_metered)
                          .append("status = 'in_progress' AND metered_at <= ? AND "
                                  "(is_external = 0 OR metered_at <= ?) LIMIT ?"),
                      {since, external_since, count_max},
                      [&calls](const SqlRow& row) -> Result<void> {
                        calls.push_back(read_metered(row));
                        return {};
                      }));
  return calls;
}

Result<void> CallsTable::expire(UnixMs announced_before, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE call_logs SET status = 'expired', ended_at = ? "
                   "WHERE status = 'announced' AND metered_at < ?",
                   {now, announced_before}));
  return {};
}

Result<std::int64_t> CallsTable::remove_older(UnixMs created_before, UnixMs now, int count_max) {
  std::vector<std::pair<TenantId, CallId>> old;
  TRY_VOID(
      sql_.query("SELECT tenant_id, id FROM call_logs WHERE created_at < ? AND "
                 "ended_at IS NOT NULL AND recording_status <> 'recording' LIMIT ?",
                 {created_before, count_max}, [&old](const SqlRow& row) -> Result<void> {
                   old.emplace_back(row.id<TenantId>(0), row.id<CallId>(1));
                   return {};
                 }));
  RecordingsTable recordings(sql_);
  for (const auto& [tenant, call] : old) {
    TRY_VOID(recordings.forget(tenant, call, now));
    TRY_VOID(sql_.execute("DELETE FROM call_transcriptions WHERE tenant_id = ? AND call_id = ?",
                          {tenant, call}));
    TRY_VOID(sql_.execute("DELETE FROM call_logs WHERE tenant_id = ? AND id = ?", {tenant, call}));
  }
  return static_cast<std::int64_t>(old.size());
}

}  // namespace aiva::voice
