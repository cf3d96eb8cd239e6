#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// How far a call is paid for.
struct MeterState {
  std::int64_t metered_ms = 0;  // taken
  std::int64_t held_ms = 0;     // taken or set aside
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  bool operator==(const MeterState&) const = default;
};

struct MeteredCall {
  CallId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string status{};
  bool is_external = false;
  MeterState meter{};
};

// A call that was announced, as the leg that comes for it knows it.
struct AwaitedCall {
  std::string session_id{};
  std::optional<TenantId> tenant{};  // nothing: of any
  std::optional<AgentId> agent{};    // the same
};

// The rows of calls.
class CallsTable {
 public:
  explicit CallsTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the tenant has a call of that session.
  Result<void> insert(const Call& call);
  Result<Call> get(TenantId tenant, CallId id);
  Result<Call> by_session(TenantId tenant, std::string_view session_id);
  // Newest first.
  Result<CallPage> page(TenantId tenant, const CallFilter& filter);
  // Calls before a position and not before an instant whose number_end is that, newest first.
  Result<std::vector<Call>> by_number_end(TenantId tenant, std::string_view end, UnixMs since,
                                          const ListPosition& before, std::size_t count_max);
  // In no order; there is seldom more than one, and never more are told than 20.
  Result<std::vector<Call>> of_conversation(TenantId tenant, ChatSessionId session);
  // Everything that is told of a call, save its id, what it costs, who it belongs to and its
  // recording.
  Result<void> update(const Call& call);

  // The only call that fits and was announced since then and that nobody claimed, which is claimed
  // now; nothing when there is none or several.
  Result<std::optional<Call>> claim(const AwaitedCall& awaited, UnixMs since, UnixMs now);
  Result<MeteredCall> metered(TenantId tenant, CallId id);
  Result<void> save_meter(TenantId tenant, CallId id, const MeterState& meter, UnixMs now);
  // Of all tenants, not metered since then; those a bridge writes down since another instant.
  Result<std::vector<MeteredCall>> quiet(UnixMs since, UnixMs external_since, int count_max);
  // Of all tenants: announced before that instant and never begun.
  Result<void> expire(UnixMs announced_before, UnixMs now);
  // Of all tenants: calls that are over and were made before that instant, with what was said in
  // them and their recordings, at most so many; says how many.
  Result<std::int64_t> remove_older(UnixMs created_before, UnixMs now, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::voice
