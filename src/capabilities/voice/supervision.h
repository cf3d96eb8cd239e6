#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/identity/audit_log.h"
#include "capabilities/voice/call_places.h"
#include "capabilities/voice/call_records.h"
#include "capabilities/voice/monitor.h"
#include "capabilities/voice/voice.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::voice {

// A call that goes on, and whether it does so in this process.
struct OngoingCall {
  Call call{};
  bool is_here = false;
  std::int64_t seconds = 0;
};

// A call that can be followed, and where.
struct PlacedCall {
  Call call{};
  std::string address{};  // of the other process that carries it; empty: this one does
};

// People who watch over calls. What they do is in the audit log before it is done. Only calls of
// `context.tenant` are seen.
class Supervision {
 public:
  virtual ~Supervision() = default;

  // The newest first, at most 200, of all processes.
  virtual Task<Result<std::vector<OngoingCall>>> ongoing(CallContext context) = 0;
  // The call by its id or its session's id. Fails with `not_found`, with `conflict` when it has not
  // begun, is over, or is carried by another process or a bridge, and with `unavailable` where no
  // calls are answered.
  virtual Task<Result<Call>> find(CallContext context, std::string id_or_session) = 0;
  // The same of a call that another process carries, where it is known how that is reached.
  virtual Task<Result<PlacedCall>> locate(CallContext context, std::string id_or_session) = 0;
  // Takes a place among those who follow it; fails as find() does, and with `conflict` when too
  // many do.
  virtual Task<Result<std::unique_ptr<MonitorSeat>>> follow(
      CallContext context, identity::Caller caller, CallId call,
      std::shared_ptr<CallMonitor> monitor) = 0;
  // Writes down what the caller does with the call: "whispered", "taken_over", …
  virtual Task<Result<void>> write_down(CallContext context, identity::Caller caller, CallId call,
                                        std::string_view action) = 0;
};

struct SupervisionParts {
  Database& database;
  identity::AuditLog& audit_log;
  CallLog& log;
  CallRecords& records;
  Calls* calls = nullptr;              // null where none are answered
  const CallPlaces* places = nullptr;  // null: calls of other processes cannot be followed
};

std::unique_ptr<Supervision> make_supervision(SupervisionParts parts);

}  // namespace aiva::voice
