#include "capabilities/voice/call_log.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/call_meter.h"
#include "capabilities/voice/internal/calls_table.h"
#include "capabilities/voice/internal/numbers_table.h"
#include "capabilities/voice/internal/transcriptions_table.h"
#include "capabilities/voice/numbers.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t call_ms_max = 24 * hour_ms;
constexpr std::int64_t retry_ms = 1000;  // of setting aside what could not be
constexpr int recovered_at_once = 100;

std::string_view status_after(CallEnd end) {
  if (end == CallEnd::no_credits) return "insufficient_credits";
  switch (end) {
    case CallEnd::failed:
    case CallEnd::busy:
    case CallEnd::no_answer:
    case CallEnd::rejected:
    case CallEnd::unreachable: return "failed";
    case CallEnd::caller_hung_up:
    case CallEnd::agent_hung_up:
    case CallEnd::transferred:
    case CallEnd::idle:
    case CallEnd::media_silence:
    case CallEnd::time_limit:
    case CallEnd::shutdown:
    case CallEnd::no_credits: break;
  }
  return "completed";
}

std::string transfer_target_of(std::string_view target) {
  constexpr std::size_t bytes_max = 2000;
  return std::string(utf8_prefix(target, bytes_max));
}

Error out_of_credits() {
  return {.code = ErrorCode::quota_exceeded,
          .message = "There are no credits for the next part of the call"};
}

class RowCallLog final : public CallLog {
 public:
  RowCallLog(CallLogParts parts, CallPrices prices) : parts_(parts), prices_(prices) {
    AIVA_ASSERT(prices_.metered_ms >= 1000 && prices_.metered_ms % 1000 == 0);
  }

  Task<Result<Call>> announce(CallContext context, NewCall call) override;
  Task<Result<Call>> claim(CallContext context, std::string session_id) override;
  Task<Result<Call>> claim_own(CallContext context, std::string session_id,
                               std::optional<AgentId> agent) override;
  Task<Result<void>> begin(CallContext context, CallId id, ChatSessionId session) override;
  Task<Result<void>> meter(CallContext context, CallId id, std::int64_t elapsed_ms) override;
  Task<Result<void>> charge_model(CallContext context, CallId id, ModelUse use) override;
  Task<Result<void>> add_line(CallContext context, CallId id, TranscriptLine line) override;
  Task<Result<void>> note_transfer(CallContext context, CallId id, std::string target) override;
  Task<Result<Call>> finish(CallContext context, CallId id, CallOutcome outcome) override;
  Task<Result<void>> withdraw(CallContext context, CallId id, DialEnd why) override;
  Task<Result<void>> note_dialled(CallContext context, CallId id, DialEnd result) override;
  Task<Result<std::int64_t>> recover(CallContext context, std::int64_t quiet_ms) override;
  Task<Result<Call>> call(CallContext context, CallId id) override;
  Task<Result<CallPage>> calls(CallContext context, CallFilter filter) override;
  Task<Result<std::vector<TranscriptLine>>> transcript(CallContext context, CallId id) override;

 private:
  // When something is to be metered next, so that the rows are left alone until then.
  struct Due {
    TenantId tenant{};
    std::int64_t elapsed_ms = 0;
    bool has_no_credits = false;
  };

  Task<Result<Call>> take_up(CallContext context, AwaitedCall awaited);
  Result<void> start(SqlSession& sql, TenantId tenant, CallId id, ChatSessionId session);
  // False: the next part could not be set aside.
  Result<bool> advance(SqlSession& sql, TenantId tenant, CallId id, std::int64_t elapsed_ms);
  Result<Call> end(SqlSession& sql, TenantId tenant, CallId id, const CallOutcome& outcome);
  Result<bool> end_dead(SqlSession& sql, const MeteredCall& dead);
  [[nodiscard]] std::int64_t next_due(std::int64_t elapsed_ms) const;
  std::optional<Due> due(TenantId tenant, CallId id);
  void set_due(CallId id, Due due);
  void forget(CallId id);

  CallLogParts parts_;
  CallPrices prices_;
  std::mutex mutex_;
  std::unordered_map<Uuid, Due> due_;  // of the calls of this process
};

Task<Result<Call>> RowCallLog::announce(CallContext context, NewCall call) {
  CO_TRY_VOID(check(call));
  if (!call.agent) {
    CO_TRY(auto dialled, normalise_number(call.dialled_number));
    auto finding = read(parts_.database, context, [&](SqlSession& sql) {
      return NumbersTable(sql).answering(context.tenant, dialled);
    });
    CO_TRY(auto number, co_await std::move(finding));
    call.agent = number.agent;
  }
  auto finding = parts_.agents.find(context, call.agent->to_string());
  CO_TRY_VOID(co_await std::move(finding));
  auto requiring = parts_.billing.require(context, context.tenant, prices_.least_to_start);
  CO_TRY_VOID(co_await std::move(requiring));
  Call row{.id = CallId::make(),
           .tenant = context.tenant,
           .agent = *call.agent,
           .session_id = call.session_id.empty() ? Uuid::make().to_string() : call.session_id,
           .direction = std::move(call.direction),
           .caller_id = std::move(call.caller_id),
           .caller_name = std::move(call.caller_name),
           .dialled_number = std::move(call.dialled_number),
           .provider = std::move(call.provider),
           .metadata = std::move(call.metadata),
           .record = call.record,
           .created_at = parts_.clock.unix_ms(),
           .asterisk_port = call.asterisk_port};
  auto writing = write(parts_.database, context,
                       [&row](SqlSession& sql) { return CallsTable(sql).insert(row); });
  CO_TRY_VOID(co_await std::move(writing));
  co_return row;
}

Task<Result<Call>> RowCallLog::claim(CallContext context, std::string session_id) {
  return take_up(std::move(context), {.session_id = std::move(session_id)});
}

Task<Result<Call>> RowCallLog::claim_own(CallContext context, std::string session_id,
                                         std::optional<AgentId> agent) {
  auto tenant = context.tenant;
  return take_up(std::move(context),
                 {.session_id = std::move(session_id), .tenant = tenant, .agent = agent});
}

Task<Result<Call>> RowCallLog::take_up(CallContext context, AwaitedCall awaited) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return CallsTable(sql).claim(awaited, now - hour_ms, now);
  });
  CO_TRY(auto call, co_await std::move(writing));
  if (!call) co_return fail(ErrorCode::not_found, "No such call");
  co_return std::move(*call);
}

Result<void> RowCallLog::start(SqlSession& sql, TenantId tenant, CallId id, ChatSessionId session) {
  CallsTable table(sql);
  TRY(auto call, table.get(tenant, id));
  if (call.status != "announced" || call.is_external)
    return fail(ErrorCode::conflict, "The call has begun before");
  auto now = parts_.clock.unix_ms();
  call.status = "in_progress";
  call.started_at = now;
  if (!session.is_nil()) call.chat_session = session;
  TRY_VOID(table.update(call));
  MeteredCall metered{.id = id, .tenant = tenant, .agent = call.agent};
  CallMeter meter(sql, parts_.billing, prices_, metered);
  TRY_VOID(meter.hold(prices_.metered_ms));
  return table.save_meter(tenant, id, meter.state(), now);
}

Task<Result<void>> RowCallLog::begin(CallContext context, CallId id, ChatSessionId session) {
  auto starting = write(parts_.database, context,
                        [&](SqlSession& sql) { return start(sql, context.tenant, id, session); });
  auto started = co_await std::move(starting);
  if (started) {
    set_due(id, {.tenant = context.tenant, .elapsed_ms = next_due(0)});
    co_return started;
  }
  if (started.error().code != ErrorCode::quota_exceeded) co_return started;
  auto refusing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CallsTable table(sql);
    TRY(auto call, table.get(context.tenant, id));
    if (call.status != "announced") return {};
    call.status = status_after(CallEnd::no_credits);
    call.end_reason = name_of(CallEnd::no_credits);
    call.ended_at = parts_.clock.unix_ms();
    return table.update(call);
  });
  CO_TRY_VOID(co_await std::move(refusing));
  co_return started;
}

std::int64_t RowCallLog::next_due(std::int64_t elapsed_ms) const {
  // Within a part two things come: the next one is set aside, then this one is taken.
  auto part_begins = elapsed_ms - elapsed_ms % prices_.metered_ms;
  auto part_ends = part_begins + prices_.metered_ms;
  auto ahead = part_ends - std::min(prices_.ahead_ms, prices_.metered_ms);
  return elapsed_ms < ahead ? ahead : part_ends;
}

Result<bool> RowCallLog::advance(SqlSession& sql, TenantId tenant, CallId id,
                                 std::int64_t elapsed_ms) {
  CallsTable table(sql);
  TRY(auto call, table.metered(tenant, id));
  if (call.status != "in_progress" || call.is_external)
    return fail(ErrorCode::conflict, "The call is over");
  CallMeter meter(sql, parts_.billing, prices_, call);
  TRY_VOID(meter.take_whole_parts(elapsed_ms));
  auto held = meter.hold(elapsed_ms + std::min(prices_.ahead_ms, prices_.metered_ms) + 1);
  bool is_out = !held && held.error().code == ErrorCode::quota_exceeded;
  if (!held && !is_out) return fail(std::move(held.error()));
  TRY_VOID(table.save_meter(tenant, id, meter.state(), parts_.clock.unix_ms()));
  return !is_out;
}

Task<Result<void>> RowCallLog::meter(CallContext context, CallId id, std::int64_t elapsed_ms) {
  elapsed_ms = std::clamp(elapsed_ms, std::int64_t{0}, call_ms_max);
  if (auto next = due(context.tenant, id); next && elapsed_ms < next->elapsed_ms) {
    if (next->has_no_credits) co_return fail(out_of_credits());
    co_return Result<void>{};
  }
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return advance(sql, context.tenant, id, elapsed_ms);
  });
  CO_TRY(bool has_credits, co_await std::move(writing));
  if (has_credits) {
    set_due(id, {.tenant = context.tenant, .elapsed_ms = next_due(elapsed_ms)});
    co_return Result<void>{};
  }
  set_due(id,
          {.tenant = context.tenant, .elapsed_ms = elapsed_ms + retry_ms, .has_no_credits = true});
  co_return fail(out_of_credits());
}

Task<Result<void>> RowCallLog::charge_model(CallContext context, CallId id, ModelUse use) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CallsTable table(sql);
    TRY(auto call, table.metered(context.tenant, id));
    billing::Charge charge{.operation = "speech",
                           .reference = id.to_string() + ":" + std::to_string(use.part),
                           .base = use.base,
                           .model = use.model,
                           .agent = call.agent};
    TRY(auto taken, parts_.billing.charge(sql, context.tenant, charge));
    if (taken == 0) return {};  // it was taken before
    call.meter.base_cost += use.base;
    call.meter.final_cost += taken;
    return table.save_meter(context.tenant, id, call.meter, parts_.clock.unix_ms());
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> RowCallLog::add_line(CallContext context, CallId id, TranscriptLine line) {
  CO_TRY_VOID(check(line));
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CallsTable(sql).metered(context.tenant, id));
    return TranscriptionsTable(sql).put(context.tenant, id, line, parts_.clock.unix_ms());
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> RowCallLog::note_transfer(CallContext context, CallId id, std::string target) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CallsTable table(sql);
    TRY(auto call, table.get(context.tenant, id));
    if (call.ended_at) return fail(ErrorCode::conflict, "The call is over");
    call.transfer_target = transfer_target_of(target);
    return table.update(call);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Result<Call> RowCallLog::end(SqlSession& sql, TenantId tenant, CallId id,
                             const CallOutcome& outcome) {
  CallsTable table(sql);
  TRY(auto call, table.get(tenant, id));
  if (call.ended_at) return fail(ErrorCode::conflict, "The call is over");
  TRY(auto metered, table.metered(tenant, id));
  auto now = parts_.clock.unix_ms();
  bool was_begun = call.status == "in_progress";
  call.status = status_after(outcome.end);
  call.end_reason = name_of(outcome.end);
  call.duration_ms = std::clamp(outcome.duration_ms, std::int64_t{0}, call_ms_max);
  call.audio_in_ms = std::clamp(outcome.audio_in_ms, std::int64_t{0}, call_ms_max);
  call.audio_out_ms = std::clamp(outcome.audio_out_ms, std::int64_t{0}, call_ms_max);
  call.turns = std::max(outcome.turns, std::int64_t{0});
  call.interruptions = std::max(outcome.interruptions, std::int64_t{0});
  call.mos = std::clamp(outcome.mos, 0.0, 5.0);
  call.transfer_target = transfer_target_of(outcome.transfer_target);
  call.answered_by = outcome.answered_by;
  call.ended_at = now;
  TRY_VOID(table.update(call));
  if (!was_begun || call.is_external) return call;
  CallMeter meter(sql, parts_.billing, prices_, metered);
  TRY_VOID(meter.take_rest(call.duration_ms));
  TRY_VOID(table.save_meter(tenant, id, meter.state(), now));
  call.base_cost = meter.state().base_cost;
  call.final_cost = meter.state().final_cost;
  return call;
}

Task<Result<Call>> RowCallLog::finish(CallContext context, CallId id, CallOutcome outcome) {
  auto writing = write(parts_.database, context,
                       [&](SqlSession& sql) { return end(sql, context.tenant, id, outcome); });
  CO_TRY(auto call, co_await std::move(writing));
  forget(id);
  co_return call;
}

Task<Result<void>> RowCallLog::withdraw(CallContext context, CallId id, DialEnd why) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CallsTable table(sql);
    TRY(auto call, table.get(context.tenant, id));
    if (call.status != "announced" || call.is_external)
      return fail(ErrorCode::conflict, "The call has begun, or is over");
    call.status = status_after(CallEnd::failed);
    call.end_reason = name_of(why);
    call.ended_at = parts_.clock.unix_ms();
    return table.update(call);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> RowCallLog::note_dialled(CallContext context, CallId id, DialEnd result) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CallsTable table(sql);
    TRY(auto call, table.get(context.tenant, id));
    if (call.direction != "outbound" || call.is_external)
      return fail(ErrorCode::conflict, "The call is none that AIVA has dialled");
    if (call.status == "in_progress") return {};  // somebody is there, whatever is told
    if (call.status != "announced") return fail(ErrorCode::conflict, "The call is over");
    call.dial_result = name_of(result);
    return table.update(call);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Result<bool> RowCallLog::end_dead(SqlSession& sql, const MeteredCall& dead) {
  CallsTable table(sql);
  // Since it was found it may have been metered, or have ended.
  TRY(auto call, table.get(dead.tenant, dead.id));
  TRY(auto metered, table.metered(dead.tenant, dead.id));
  if (metered.status != "in_progress" || metered.meter != dead.meter) return false;
  call.status = status_after(CallEnd::failed);
  call.end_reason = name_of(CallEnd::failed);
  if (!call.is_external) call.duration_ms = metered.meter.metered_ms;
  call.ended_at = call.started_at.value_or(call.created_at) + call.duration_ms;
  TRY_VOID(table.update(call));
  if (call.is_external) return true;
  CallMeter meter(sql, parts_.billing, prices_, metered);
  TRY_VOID(meter.release_rest());
  TRY_VOID(table.save_meter(dead.tenant, dead.id, meter.state(), parts_.clock.unix_ms()));
  return true;
}

Task<Result<std::int64_t>> RowCallLog::recover(CallContext context, std::int64_t quiet_ms) {
  auto now = parts_.clock.unix_ms();
  auto since = now - quiet_ms;
  auto expiring = write(parts_.database, context, [now](SqlSession& sql) {
    return CallsTable(sql).expire(now - hour_ms, now);
  });
  CO_TRY_VOID(co_await std::move(expiring));
  std::int64_t count = 0;
  for (;;) {
    CO_TRY_VOID(context.check());
    auto finding = read(parts_.database, context, [&](SqlSession& sql) {
      return CallsTable(sql).quiet(since, std::min(since, now - call_ms_max), recovered_at_once);
    });
    CO_TRY(auto dead, co_await std::move(finding));
    std::int64_t ended = 0;
    for (const auto& call : dead) {
      auto ending =
          write(parts_.database, context, [&](SqlSession& sql) { return end_dead(sql, call); });
      CO_TRY(bool is_ended, co_await std::move(ending));
      forget(call.id);
      ended += is_ended ? 1 : 0;
    }
    count += ended;
    if (ended == 0 || dead.size() < recovered_at_once) break;
  }
  if (count > 0) log::info("Calls that died were ended", {{"calls", count}});
  co_return count;
}

Task<Result<Call>> RowCallLog::call(CallContext context, CallId id) {
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return CallsTable(sql).get(context.tenant, id); });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<CallPage>> RowCallLog::calls(CallContext context, CallFilter filter) {
  filter.limit = std::clamp(filter.limit, 1, 201);  // one more than a page, to know of the next
  filter.page = std::max(filter.page, 1);
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return CallsTable(sql).page(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<std::vector<TranscriptLine>>> RowCallLog::transcript(CallContext context, CallId id) {
  auto reading =
      read(parts_.database, context, [&](SqlSession& sql) -> Result<std::vector<TranscriptLine>> {
        TRY_VOID(CallsTable(sql).metered(context.tenant, id));
        return TranscriptionsTable(sql).list(context.tenant, id);
      });
  auto lines = co_await std::move(reading);
  co_return lines;
}

std::optional<RowCallLog::Due> RowCallLog::due(TenantId tenant, CallId id) {
  std::lock_guard lock(mutex_);
  auto found = due_.find(id.uuid);
  if (found == due_.end() || found->second.tenant != tenant) return std::nullopt;
  return found->second;
}

void RowCallLog::set_due(CallId id, Due due) {
  std::lock_guard lock(mutex_);
  due_[id.uuid] = due;
}

void RowCallLog::forget(CallId id) {
  std::lock_guard lock(mutex_);
  due_.erase(id.uuid);
}

}  // namespace

std::unique_ptr<CallLog> make_call_log(CallLogParts parts, CallPrices prices) {
  return std::make_unique<RowCallLog>(parts, prices);
}

}  // namespace aiva::voice
