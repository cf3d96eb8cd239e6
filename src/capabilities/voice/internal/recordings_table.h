#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// A recording as its call's row tells of it.
struct RecordingRow {
  TenantId tenant{};
  CallId call{};
  std::string key{};
  std::string status{};
  bool is_over = false;  // the call
};

// What the rows of calls say about their recordings, and which files are to go.
class RecordingsTable {
 public:
  explicit RecordingsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> begin(TenantId tenant, CallId call, std::string_view key);
  // Of a recording that goes on or was left behind; false when it was given up meanwhile.
  Result<bool> end(TenantId tenant, CallId call, std::string_view status);
  // Nothing when there is no such call.
  Result<std::optional<RecordingRow>> find(TenantId tenant, CallId call);
  // Of all tenants: still recorded, as their rows say, in calls that ended before that instant.
  Result<std::vector<RecordingRow>> left(UnixMs ended_before, int count_max);

  // These forget recordings and write down that their files are to go; they say how many.
  Result<std::int64_t> forget(TenantId tenant, CallId call, UnixMs now);
  Result<std::int64_t> forget_of_session(TenantId tenant, ChatSessionId session, UnixMs now);
  Result<std::int64_t> forget_of_agent(TenantId tenant, AgentId agent, UnixMs now);
  // Of all tenants: of calls that ended before that instant, at most so many.
  Result<std::int64_t> forget_older(UnixMs ended_before, UnixMs now, int count_max);

  // Of all tenants: keys of files that are to go.
  Result<std::vector<std::string>> removals(int count_max);
  Result<void> removed(std::string_view key);

 private:
  Result<std::int64_t> forget_where(std::string_view condition,
                                    std::initializer_list<SqlValue> parameters, UnixMs now);

  SqlSession& sql_;
};

}  // namespace aiva::voice
