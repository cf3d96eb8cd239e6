#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

// What a bridge outside tells of a call it carries; only what is there counts.
struct RecordedCall {
  std::optional<std::string> session_id{};  // of a new call; empty or missing: a new UUID
  std::optional<AgentId> agent{};           // of a new call, which needs it
  std::optional<std::string> direction{};   // of a new call
  std::optional<std::string> status{};  // in_progress | completed | failed | insufficient_credits
  std::optional<std::string> caller_id{};
  std::optional<std::string> caller_name{};
  std::optional<std::string> dialled_number{};
  std::optional<std::string> provider{};
  std::optional<std::string> metadata{};  // JSON object
  std::optional<std::int64_t> asterisk_port{};
  std::optional<UnixMs> started_at{};
  std::optional<UnixMs> ended_at{};
  std::optional<std::int64_t> duration_ms{};  // missing at the end: from its instants
  std::optional<std::int64_t> audio_in_ms{};
  std::optional<std::int64_t> audio_out_ms{};
  std::optional<billing::MicroUsd> base_cost{};  // as the bridge reckons; it takes them itself
  std::optional<billing::MicroUsd> final_cost{};
};

struct AnalyticsFilter {
  std::optional<AgentId> agent{};
  int days = 30;  // 1…366, today's included, in UTC
};

struct CallDay {
  UnixMs begins_at = 0;
  std::int64_t calls = 0;
  std::int64_t duration_ms = 0;
  billing::MicroUsd final_cost = 0;
};

struct CallAnalytics {
  std::int64_t total = 0;
  std::vector<std::pair<std::string, std::int64_t>> statuses{};  // by name
  std::int64_t inbound = 0;
  std::int64_t outbound = 0;
  std::int64_t talked = 0;  // calls that lasted; means are of these
  std::int64_t duration_ms = 0;
  std::int64_t turns = 0;
  std::int64_t interruptions = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  double mean_mos = 0;             // 0: not measured
  double mean_first_audio_ms = 0;  // from the end of speech to the answer; 0: not measured
  std::int64_t positive = 0;       // customers' lines whose sentiment is known
  std::int64_t neutral = 0;
  std::int64_t negative = 0;
  std::vector<CallDay> days{};  // with calls, the oldest first
};

// Calls that a bridge outside carries and writes down with us, and what all calls sum up to. Only
// rows of `context.tenant` are seen. A call is named by its id or its session's id.
class CallRecords {
 public:
  virtual ~CallRecords() = default;

  // Fails with `invalid`, `not_found` for the agent, `conflict` when the session's id is taken.
  virtual Task<Result<Call>> create(CallContext context, RecordedCall call) = 0;
  // Fails with `invalid`, `not_found`, `conflict` for a call that AIVA carries itself.
  virtual Task<Result<Call>> update(CallContext context, std::string id_or_session,
                                    RecordedCall call) = 0;
  // A line with the number of an earlier one replaces it. Where `spoken_at` is given, it tells when
  // the line began. Fails as update does, and with `too_large` beyond 2000 lines.
  virtual Task<Result<void>> add_line(CallContext context, std::string id_or_session,
                                      TranscriptLine line, std::optional<UnixMs> spoken_at) = 0;
  virtual Task<Result<Call>> find(CallContext context, std::string id_or_session) = 0;
  virtual Task<Result<CallAnalytics>> analytics(CallContext context, AnalyticsFilter filter) = 0;
  // Of all tenants: forgets calls that are over and were made so long ago, with what was said in
  // them and their recordings; what they cost stays in the ledger. Says how many.
  virtual Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) = 0;
};

struct CallRecordParts {
  Database& database;
  agents::ActiveAgents& agents;
  const Clock& clock;
};

std::unique_ptr<CallRecords> make_call_records(CallRecordParts parts);

// Forgets what was said in the calls of a conversation, their recordings and who called or was
// called, inside the caller's transaction; times and costs stay. Says how many calls that were.
Result<std::int64_t> forget_calls_of_session(SqlSession& sql, TenantId tenant,
                                             ChatSessionId session);

}  // namespace aiva::voice
