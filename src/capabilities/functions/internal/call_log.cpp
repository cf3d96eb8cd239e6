#include "capabilities/functions/internal/call_log.h"

#include <utility>

#include "capabilities/functions/internal/calls_table.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t logged_bytes_max = 16 * 1024;
constexpr const char* calls_total = "aiva_function_calls_total";
constexpr const char* calls_help = "Calls of functions of agents";

}  // namespace

CallLog::CallLog(const FunctionParts& parts)
    : parts_(parts),
      completed_(parts.metrics.counter(calls_total, calls_help, {{"outcome", "completed"}})),
      failed_(parts.metrics.counter(calls_total, calls_help, {{"outcome", "failed"}})),
      seconds_(parts.metrics.histogram("aiva_function_call_seconds",
                                       "How long calls of functions take", duration_buckets_s())) {}

FunctionCall CallLog::begin(const ToolUse& use) const {
  return {.id = CallId::make(),
          .agent = use.agent,
          .function_name = std::string(utf8_prefix(use.call.name, name_bytes_max)),
          .session = use.session,
          .message = use.message,
          .arguments = cut(repair_utf8(use.call.arguments), logged_bytes_max),
          .created_at = parts_.clock.unix_ms()};
}

void CallLog::settle(FunctionCall& call, const RunReport& report) const {
  call.status = report.result.is_error ? CallStatus::failed : CallStatus::completed;
  (report.result.is_error ? call.error : call.result) = cut(report.result.text, logged_bytes_max);
  call.http_status = report.http_status;
  call.attempts = report.attempts;
  call.time_ms = report.time_ms;
  call.completed_at = parts_.clock.unix_ms();
}

void CallLog::count(const FunctionCall& call) const {
  (call.status == CallStatus::completed ? completed_ : failed_).add();
  seconds_.observe(call.time_ms / 1000);
}

Task<void> CallLog::append(CallContext context, FunctionCall call) {
  count(call);
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return CallsTable(sql).insert(context.tenant, call);
  });
  auto outcome = co_await std::move(writing);
  if (!outcome) log::failure("A call of a function was not logged", context, outcome.error());
}

Task<Result<bool>> CallLog::complete(CallContext context, FunctionCall call) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return CallsTable(sql).complete(context.tenant, call);
  });
  auto outcome = co_await std::move(writing);
  if (outcome && *outcome) count(call);
  co_return outcome;
}

}  // namespace aiva::functions
