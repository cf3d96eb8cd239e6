#include "capabilities/voice/visitor_calls.h"

#include <utility>

#include "capabilities/voice/internal/visitor_sums.h"
#include "foundation/json.h"

namespace aiva::voice {
namespace {

constexpr UnixMs minute_ms = 60'000;
constexpr UnixMs day_ms = 24LL * 60 * minute_ms;
constexpr int busy_retry_s = 30;
constexpr int used_up_retry_s = 3'600;

std::unexpected<Error> refuse(std::string message, int retry_after_s) {
  return fail(Error{.code = ErrorCode::rate_limited,
                    .message = std::move(message),
                    .retry_after_s = retry_after_s});
}

// `own` of these calls is the one that is asked for.
Result<void> check(const VisitorSums& sums, const VisitorCallLimits& limits, int own) {
  if (sums.visitor_at_once - own >= limits.visitor_at_once_max)
    return refuse("You are in a call already; end it first", busy_retry_s);
  if (sums.at_once - own >= limits.at_once_max)
    return refuse("All lines are busy; try again later", busy_retry_s);
  if (sums.duration_ms >= limits.minutes_per_day_max * minute_ms)
    return refuse("No more calls are taken today; try again later", used_up_retry_s);
  return {};
}

class RowVisitorCalls final : public VisitorCalls {
 public:
  RowVisitorCalls(Database& database, CallLog& log, const Clock& clock)
      : database_(database), log_(log), clock_(clock) {}

  Task<Result<Call>> announce(CallContext context, VisitorCall call,
                              VisitorCallLimits limits) override;

 private:
  Task<Result<VisitorSums>> sum(CallContext context, AgentId agent, std::string caller_id);

  Database& database_;
  CallLog& log_;
  const Clock& clock_;
};

Task<Result<VisitorSums>> RowVisitorCalls::sum(CallContext context, AgentId agent,
                                               std::string caller_id) {
  auto now = clock_.unix_ms();
  VisitorRange range{.tenant = context.tenant,
                     .agent = agent,
                     .caller_id = caller_id,
                     .since = now - day_ms,
                     .announced_since = now - minute_ms,
                     .now = now};
  auto reading =
      read(database_, context, [&range](SqlSession& sql) { return sum_visitor_calls(sql, range); });
  auto sums = co_await std::move(reading);
  co_return sums;
}

Task<Result<Call>> RowVisitorCalls::announce(CallContext context, VisitorCall call,
                                             VisitorCallLimits limits) {
  auto summing = sum(context, call.agent, call.caller_id);
  CO_TRY(auto before, co_await std::move(summing));
  CO_TRY_VOID(check(before, limits, 0));
  json::Object metadata{{"channel", "web"}, {"origin", call.origin}};
  auto announcing = log_.announce(context, {.agent = call.agent,
                                            .caller_id = call.caller_id,
                                            .caller_name = "Visitor",
                                            .provider = std::string(browser_provider),
                                            .metadata = json::to_text(metadata)});
  CO_TRY(auto announced, co_await std::move(announcing));
  // Of several at the same moment none may have seen the others.
  auto again = sum(context, call.agent, call.caller_id);
  CO_TRY(auto after, co_await std::move(again));
  auto allowed = check(after, limits, 1);
  if (allowed) co_return announced;
  auto ending = log_.finish(context, announced.id, {.end = CallEnd::failed});
  CO_TRY_VOID(co_await std::move(ending));
  co_return fail(std::move(allowed.error()));
}

}  // namespace

std::unique_ptr<VisitorCalls> make_visitor_calls(Database& database, CallLog& log,
                                                 const Clock& clock) {
  return std::make_unique<RowVisitorCalls>(database, log, clock);
}

}  // namespace aiva::voice
