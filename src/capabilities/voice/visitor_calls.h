#pragma once

#include <memory>
#include <string>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

// The provider of calls that visitors make from an agent's page.
inline constexpr std::string_view browser_provider = "browser";

struct VisitorCall {
  AgentId agent{};
  std::string caller_id{};  // the same for the same visitor
  std::string origin{};     // of the page
};

// What visitors may do together, since others pay for it.
struct VisitorCallLimits {
  int visitor_at_once_max = 2;
  int at_once_max = 5;
  int minutes_per_day_max = 300;  // within 24 hours
};

// Calls of strangers.
class VisitorCalls {
 public:
  virtual ~VisitorCalls() = default;
  // Announces a call, which counts as going on for a minute. Fails as CallLog::announce does, and
  // with `rate_limited` when too many go on or the day's minutes are used up.
  virtual Task<Result<Call>> announce(CallContext context, VisitorCall call,
                                      VisitorCallLimits limits) = 0;
};

// All are borrowed.
std::unique_ptr<VisitorCalls> make_visitor_calls(Database& database, CallLog& log,
                                                 const Clock& clock);

}  // namespace aiva::voice
