#include "capabilities/voice/call_records.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/call_sums_table.h"
#include "capabilities/voice/internal/calls_table.h"
#include "capabilities/voice/internal/recordings_table.h"
#include "capabilities/voice/internal/transcriptions_table.h"
#include "ports/delete_selected.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::int64_t call_ms_max = day_ms;
constexpr billing::MicroUsd cost_max = 1'000'000'000'000;  // a million dollars
constexpr std::int64_t port_max = 65'535;
constexpr int removals_max = 200;  // in one transaction

template <class T>
void take(std::optional<T>& given, T& into) {
  if (given) into = std::move(*given);
}

// Puts what was told into the call; what does not fit is a mistake.
Result<void> apply(RecordedCall told, Call& call, UnixMs now) {
  FieldChecks checks;
  if (told.status)
    checks.word("status", *told.status,
                {"in_progress", "completed", "failed", "insufficient_credits"});
  for (auto [name, ms] : {std::pair("duration_ms", told.duration_ms),
                          {"audio_in_ms", told.audio_in_ms},
                          {"audio_out_ms", told.audio_out_ms}})
    checks.range(name, ms.value_or(0), 0, call_ms_max);
  checks.range("base_cost", told.base_cost.value_or(0), 0, cost_max);
  checks.range("final_cost", told.final_cost.value_or(0), 0, cost_max);
  checks.range("asterisk_port", told.asterisk_port.value_or(0), 0, port_max);
  for (auto [name, instant] :
       {std::pair("start_time", told.started_at), {"end_time", told.ended_at}})
    checks.range(name, instant.value_or(now), 0, now + day_ms);
  TRY_VOID(checks.finish());
  take(told.status, call.status);
  take(told.caller_id, call.caller_id);
  take(told.caller_name, call.caller_name);
  take(told.dialled_number, call.dialled_number);
  take(told.provider, call.provider);
  take(told.metadata, call.metadata);
  take(told.audio_in_ms, call.audio_in_ms);
  take(told.audio_out_ms, call.audio_out_ms);
  take(told.base_cost, call.base_cost);
  take(told.final_cost, call.final_cost);
  if (told.started_at) call.started_at = told.started_at;
  if (told.ended_at) call.ended_at = told.ended_at;
  if (told.asterisk_port) call.asterisk_port = static_cast<int>(*told.asterisk_port);
  if (call.status != "in_progress" && !call.ended_at) call.ended_at = now;
  if (told.duration_ms)
    call.duration_ms = *told.duration_ms;
  else if (call.ended_at && call.started_at && call.duration_ms == 0)
    call.duration_ms = std::clamp(*call.ended_at - *call.started_at, std::int64_t{0}, call_ms_max);
  return check(NewCall{.agent = call.agent,
                       .session_id = call.session_id,
                       .direction = call.direction,
                       .caller_id = call.caller_id,
                       .caller_name = call.caller_name,
                       .dialled_number = call.dialled_number,
                       .provider = call.provider,
                       .metadata = call.metadata});
}

Result<Call> find_call(SqlSession& sql, TenantId tenant, const std::string& id_or_session) {
  CallsTable table(sql);
  auto id = CallId::parse(id_or_session);
  if (!id) return table.by_session(tenant, id_or_session);
  auto found = table.get(tenant, *id);
  // A session's id may be a UUID, too.
  if (!found && found.error().code == ErrorCode::not_found)
    return table.by_session(tenant, id_or_session);
  return found;
}

Result<Call> find_external(SqlSession& sql, TenantId tenant, const std::string& id_or_session) {
  TRY(auto call, find_call(sql, tenant, id_or_session));
  if (!call.is_external)
    return fail(ErrorCode::conflict, "AIVA carries this call and writes it down itself");
  return call;
}

class RowCallRecords final : public CallRecords {
 public:
  explicit RowCallRecords(CallRecordParts parts) : parts_(parts) {}

  Task<Result<Call>> create(CallContext context, RecordedCall call) override;
  Task<Result<Call>> update(CallContext context, std::string id_or_session,
                            RecordedCall call) override;
  Task<Result<void>> add_line(CallContext context, std::string id_or_session, TranscriptLine line,
                              std::optional<UnixMs> spoken_at) override;
  Task<Result<Call>> find(CallContext context, std::string id_or_session) override;
  Task<Result<CallAnalytics>> analytics(CallContext context, AnalyticsFilter filter) override;
  Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) override;

 private:
  CallRecordParts parts_;
};

Task<Result<Call>> RowCallRecords::create(CallContext context, RecordedCall told) {
  if (!told.agent) co_return fail(invalid_field("agent_id", "is needed"));
  auto finding = parts_.agents.draft(context, *told.agent);
  CO_TRY_VOID(co_await std::move(finding));
  auto now = parts_.clock.unix_ms();
  Call call{.id = CallId::make(),
            .tenant = context.tenant,
            .agent = *told.agent,
            .session_id = told.session_id.value_or(std::string()),
            .direction = told.direction.value_or("inbound"),
            .status = "in_progress",
            .created_at = now,
            .started_at = now,
            .is_external = true};
  if (call.session_id.empty()) call.session_id = Uuid::make().to_string();
  CO_TRY_VOID(apply(std::move(told), call, now));
  auto writing = write(parts_.database, context,
                       [&call](SqlSession& sql) { return CallsTable(sql).insert(call); });
  CO_TRY_VOID(co_await std::move(writing));
  co_return call;
}

Task<Result<Call>> RowCallRecords::update(CallContext context, std::string id_or_session,
                                          RecordedCall told) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Call> {
    TRY(auto call, find_external(sql, context.tenant, id_or_session));
    auto now = parts_.clock.unix_ms();
    TRY_VOID(apply(told, call, now));
    CallsTable table(sql);
    TRY_VOID(table.update(call));
    MeterState costs{.base_cost = call.base_cost, .final_cost = call.final_cost};
    TRY_VOID(table.save_meter(context.tenant, call.id, costs, now));
    return call;
  });
  auto call = co_await std::move(writing);
  co_return call;
}

Task<Result<void>> RowCallRecords::add_line(CallContext context, std::string id_or_session,
                                            TranscriptLine line, std::optional<UnixMs> spoken_at) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto call, find_external(sql, context.tenant, id_or_session));
    auto placed = line;
    if (spoken_at) {
      auto since = *spoken_at - call.started_at.value_or(call.created_at);
      placed.starts_ms = std::clamp(since, std::int64_t{0}, call_ms_max);
      placed.ends_ms = std::max(placed.starts_ms, placed.ends_ms);
    }
    TRY_VOID(check(placed));
    return TranscriptionsTable(sql).put(context.tenant, call.id, placed, parts_.clock.unix_ms());
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<Call>> RowCallRecords::find(CallContext context, std::string id_or_session) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return find_call(sql, context.tenant, id_or_session);
  });
  auto call = co_await std::move(reading);
  co_return call;
}

Task<Result<CallAnalytics>> RowCallRecords::analytics(CallContext context, AnalyticsFilter filter) {
  auto now = parts_.clock.unix_ms();
  auto today = now - now % day_ms;
  CallSumsTable::Range range{
      .tenant = context.tenant,
      .agent = filter.agent ? filter.agent->to_string() : std::string(),
      .since = today - (std::int64_t{std::clamp(filter.days, 1, 366)} - 1) * day_ms,
      .until = now + 1};
  auto reading = read(parts_.database, context,
                      [&range](SqlSession& sql) { return CallSumsTable(sql).sum(range); });
  auto sums = co_await std::move(reading);
  co_return sums;
}

Task<Result<std::int64_t>> RowCallRecords::remove_older(CallContext context,
                                                        std::chrono::days age) {
  auto now = parts_.clock.unix_ms();
  auto before = now - std::chrono::milliseconds(age).count();
  std::int64_t removed = 0;
  for (std::int64_t count = removals_max; count == removals_max; removed += count) {
    CO_TRY_VOID(context.check());
    auto writing = write(parts_.database, context, [&](SqlSession& sql) {
      return CallsTable(sql).remove_older(before, now, removals_max);
    });
    CO_TRY(count, co_await std::move(writing));
  }
  co_return removed;
}

}  // namespace

std::unique_ptr<CallRecords> make_call_records(CallRecordParts parts) {
  return std::make_unique<RowCallRecords>(parts);
}

Result<std::int64_t> forget_calls_of_session(SqlSession& sql, TenantId tenant,
                                             ChatSessionId session) {
  TRY_VOID(RecordingsTable(sql).forget_of_session(tenant, session, 0));
  TRY_VOID(delete_selected(sql, {.table = "call_transcriptions", .key = "call_id"},
                           "SELECT id FROM call_logs WHERE tenant_id = ? AND chat_session_id = ?",
                           {tenant, session}));
  // What callers told a flow stands there, too.
  TRY_VOID(
      sql.execute("DELETE FROM flow_sessions WHERE tenant_id = ? AND session_id IN "
                  "(SELECT session_id FROM call_logs WHERE tenant_id = ? AND chat_session_id = ?)",
                  {tenant, tenant, session}));
  return sql.execute(
      "UPDATE call_logs SET caller_id = '', caller_name = '', metadata = '{}', "
      "transfer_target = '', "
      "dialled_number = CASE direction WHEN 'outbound' THEN '' ELSE dialled_number END "
      "WHERE tenant_id = ? AND chat_session_id = ?",
      {tenant, session});
}

}  // namespace aiva::voice
