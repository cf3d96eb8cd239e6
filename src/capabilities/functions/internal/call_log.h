#pragma once

#include <string>

#include "capabilities/functions/functions.h"
#include "capabilities/functions/internal/function_runner.h"
#include "capabilities/functions/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::functions {

// Writes down calls, and counts them.
class CallLog {
 public:
  // Borrowed.
  explicit CallLog(const FunctionParts& parts);

  // The entry of a call that begins now; what is too long is cut.
  [[nodiscard]] FunctionCall begin(const ToolUse& use) const;
  // What came of it.
  void settle(FunctionCall& call, const RunReport& report) const;
  // Writes a settled call that was not written before. A log that cannot be written is no reason to
  // say that a call did not take place: it is logged and passed over.
  Task<void> append(CallContext context, FunctionCall call);
  // Settles one that was written as pending. Answers whether it still was.
  Task<Result<bool>> complete(CallContext context, FunctionCall call);

 private:
  void count(const FunctionCall& call) const;

  const FunctionParts& parts_;
  Counter& completed_;
  Counter& failed_;
  Histogram& seconds_;
};

}  // namespace aiva::functions
