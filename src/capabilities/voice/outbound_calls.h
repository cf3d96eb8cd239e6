#pragma once

#include <memory>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/dialler.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::voice {

// How a call ends that reached nobody.
CallEnd call_end_of(DialEnd end);

// Calls that go out, one by one: announced, then dialled in the background. The call's row tells
// what became of it.
class OutboundCalls {
 public:
  virtual ~OutboundCalls() = default;
  // The announced call. `outbound.session_id` is set here. Fails as CallLog::announce does, with
  // `invalid` for the destination, `unavailable` without a telephone system or when too many ring.
  virtual Task<Result<Call>> place(CallContext context, NewCall call, OutboundCall outbound) = 0;
  // Nobody is called any more; what rings is given up. Blocks until that is done.
  virtual void stop() = 0;
};

// The destructor stops. Both are borrowed.
std::unique_ptr<OutboundCalls> make_outbound_calls(CallLog& log, CallDialler& dialler);

}  // namespace aiva::voice
