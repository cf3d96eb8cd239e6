#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/voice/call_log.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::campaigns {

using DoNotCallId = Id<struct DoNotCallTag>;

// A number that no campaign of the tenant calls.
struct DoNotCallEntry {
  DoNotCallId id{};
  std::string number{};  // as voice::normalise_number writes it
  std::string reason{};  // at most 200 bytes
  std::string source{};  // api | call
  UnixMs created_at = 0;
};

struct DoNotCallFilter {
  std::string number{};  // empty: all
  int limit = 50;        // 1…200
  int page = 1;
  std::optional<ListPosition> after{};  // instead of a page; its key is created_at
};

struct DoNotCallPage {
  std::vector<DoNotCallEntry> items;
  std::int64_t total = 0;
};

struct NewDoNotCall {
  std::string number{};
  std::string reason{};
  std::int64_t line = 0;  // by which mistakes are told
};

// Numbers that are not to be called, of `context.tenant`. A number is the same with and without
// its "+".
class DoNotCall {
 public:
  virtual ~DoNotCall() = default;
  // Adds those that are well and not there yet; the others are told of. Fails with `too_large` for
  // more than 1000 at once, `quota_exceeded` beyond a million of a tenant.
  virtual Task<Result<AddedContacts>> add(CallContext context, identity::Caller caller,
                                          std::vector<NewDoNotCall> numbers) = 0;
  // Whoever is in the call of that conversation wants it: their number.
  virtual Task<Result<std::string>> add_caller(CallContext context, ChatSessionId session) = 0;
  // Newest first.
  virtual Task<Result<DoNotCallPage>> list(CallContext context, DoNotCallFilter filter) = 0;
  // By number or id. Fails with `not_found`.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller,
                                    std::string number_or_id) = 0;
};

struct DoNotCallParts {
  Database& database;
  voice::CallLog& calls;
  identity::AuditLog& audit_log;
  const Clock& clock;
};

std::unique_ptr<DoNotCall> make_do_not_call(DoNotCallParts parts);

}  // namespace aiva::campaigns
