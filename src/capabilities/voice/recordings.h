#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "capabilities/identity/audit_log.h"
#include "capabilities/voice/call_tap.h"
#include "capabilities/voice/leg.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::voice {

// Recordings of calls: WAV files of two channels, the caller left, the agent right. One is written
// to the store's own disk while its call goes on and becomes an object when the call is over. A
// disk that fails or is slow never holds up a call: the call's row then says what is missing. Only
// rows of `context.tenant` are seen, except where said.
class Recordings {
 public:
  // Waits for what is being put into the store.
  virtual ~Recordings() = default;

  // Begins to record a call that begins. Null where it cannot be recorded, which is logged and
  // written into its row where that is possible.
  virtual Task<std::shared_ptr<CallTap>> record(CallContext context, CallId call,
                                                AudioFormat format) = 0;
  // A local readable copy. Fails with `not_found` when there is none, and `conflict` while it is
  // written.
  virtual Task<Result<std::filesystem::path>> file(CallContext context, CallId call) = 0;
  // Fails as file() does.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, CallId call) = 0;

  // Of all tenants: finishes what processes that died had written of calls that are over. Says how
  // many.
  virtual Task<Result<std::int64_t>> recover(CallContext context) = 0;
  // Of all tenants: forgets recordings of calls that ended so long ago. Says how many.
  virtual Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) = 0;
  // Of all tenants: takes forgotten files out of the store. Says how many.
  virtual Task<Result<std::int64_t>> remove_files(CallContext context) = 0;
};

// Everything is borrowed.
struct RecordingParts {
  Database& database;
  ObjectStore& objects;
  identity::AuditLog& audit_log;
  const Clock& clock;
  Metrics& metrics;
};

std::unique_ptr<Recordings> make_recordings(RecordingParts parts);

// Forgets the recordings of an agent's calls, inside the transaction that deletes it.
Result<void> remove_recordings_of(SqlSession& sql, TenantId tenant, AgentId agent);

}  // namespace aiva::voice
