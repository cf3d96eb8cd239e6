#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/billing/billing.h"
#include "capabilities/voice/dialler.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/list_position.h"

namespace aiva::voice {

struct CallPrices {
  billing::MicroUsd per_minute = 24'000;  // base cost of the line and the packaged voices
  billing::MicroUsd least_to_start = 100'000;
  std::int64_t metered_ms = 60'000;  // a part: set aside ahead, and taken as soon as it is over
  std::int64_t ahead_ms = 15'000;    // so long before a part begins it is set aside
};

struct CallFilter {
  std::optional<AgentId> agent{};
  std::string status{};     // empty: all
  std::string direction{};  // empty: both
  std::string caller_id{};  // exactly; empty: all
  std::optional<ChatSessionId> chat_session{};
  UnixMs since = 0;
  UnixMs until = std::numeric_limits<UnixMs>::max();  // the first instant that is out
  int limit = 50;                                     // 1…200
  int page = 1;
  std::optional<ListPosition> after{};  // instead of a page; its key is created_at
};

struct CallPage {
  std::vector<Call> items;
  std::int64_t total = 0;
};

// Calls as rows: announced, begun, metered, written down and ended. Only rows of `context.tenant`
// are seen, except where said.
class CallLog {
 public:
  virtual ~CallLog() = default;

  // Fails with `invalid` naming the field, `not_found` for an agent or number nobody answers,
  // `conflict` when the session's id is taken or the agent is switched off, `quota_exceeded`
  // without credits for a call.
  virtual Task<Result<Call>> announce(CallContext context, NewCall call) = 0;
  // The announced call of any tenant by its session's id, for legs that carry nothing else; it may
  // be claimed once and within an hour. Fails with `not_found`, also where two tenants announced
  // the same id.
  virtual Task<Result<Call>> claim(CallContext context, std::string session_id) = 0;
  // The same for a leg that knows its tenant: only that tenant's calls are seen, and where `agent`
  // is named only those it answers. A call that does not fit can be claimed as before.
  virtual Task<Result<Call>> claim_own(CallContext context, std::string session_id,
                                       std::optional<AgentId> agent) = 0;
  // It is in progress from now on; sets the first part aside. `session` may be nil. Fails with
  // `quota_exceeded`, and the call is over then; `conflict` when it began before.
  virtual Task<Result<void>> begin(CallContext context, CallId id, ChatSessionId session) = 0;
  // Takes the parts that are over by `elapsed_ms` and sets the next one aside shortly before it
  // begins; called about every second, does nothing until something is due. Fails with
  // `quota_exceeded` while the next part cannot be set aside: the call should end within
  // `ahead_ms`. Fails with `conflict` when the call is over.
  virtual Task<Result<void>> meter(CallContext context, CallId id, std::int64_t elapsed_ms) = 0;
  // Takes what a model cost, besides the call's own parts, once for each part; also of a call that
  // is over. Fails with `not_found`.
  virtual Task<Result<void>> charge_model(CallContext context, CallId id, ModelUse use) = 0;
  // A line with the number of an earlier one replaces it. Fails with `invalid`, `not_found`, and
  // `too_large` beyond 2000 lines.
  virtual Task<Result<void>> add_line(CallContext context, CallId id, TranscriptLine line) = 0;
  // Where a call that is about to end is handed to, so that whoever takes it on can ask. Fails with
  // `not_found`, `conflict` when it is over.
  virtual Task<Result<void>> note_transfer(CallContext context, CallId id, std::string target) = 0;
  // Ends it, once; takes what is not taken yet, to the second. Fails with `not_found`, `conflict`
  // when it is over already.
  virtual Task<Result<Call>> finish(CallContext context, CallId id, CallOutcome outcome) = 0;
  // Ends one that nobody began, because dialling came to that. Fails with `not_found`, `conflict`
  // when it has begun or is over.
  virtual Task<Result<void>> withdraw(CallContext context, CallId id, DialEnd why) = 0;
  // A system outside tells what its dialling came to, once; the last one counts until the call
  // begins. Fails with `not_found`, `conflict` when it is no outbound call or is over.
  virtual Task<Result<void>> note_dialled(CallContext context, CallId id, DialEnd result) = 0;
  // Ends calls of all tenants that died with their process (not metered for `quiet_ms`, which must
  // be more than a part where other processes serve): failed, with what was metered. Those nobody
  // came for expire. Says how many died.
  virtual Task<Result<std::int64_t>> recover(CallContext context, std::int64_t quiet_ms) = 0;

  virtual Task<Result<Call>> call(CallContext context, CallId id) = 0;
  // Newest first.
  virtual Task<Result<CallPage>> calls(CallContext context, CallFilter filter) = 0;
  // Oldest first, all of them: at most 2000.
  virtual Task<Result<std::vector<TranscriptLine>>> transcript(CallContext context, CallId id) = 0;
};

struct CallLogParts {
  Database& database;
  agents::ActiveAgents& agents;
  billing::Billing& billing;
  const Clock& clock;
};

std::unique_ptr<CallLog> make_call_log(CallLogParts parts, CallPrices prices);

}  // namespace aiva::voice
