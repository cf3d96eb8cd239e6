#pragma once

#include <optional>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::campaigns {

// A call that goes on: one of a tenant to a number, which the primary key makes sure of.
struct OpenCall {
  TenantId tenant{};
  CampaignId campaign{};
  ContactId contact{};
  std::string number{};
  std::string session_id{};
  std::optional<voice::CallId> call{};
  bool is_answered = false;
  UnixMs answered_at = 0;
  UnixMs leased_until = 0;
};

// The rows of calls that go on.
class OpenCallsTable {
 public:
  explicit OpenCallsTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the tenant calls that number already.
  Result<void> insert(const OpenCall& call, UnixMs now);
  // By the attempt's name; nothing when it is over.
  Result<std::optional<OpenCall>> find(TenantId tenant, std::string_view session_id,
                                       std::string_view number);
  Result<void> update(const OpenCall& call);
  Result<void> remove(const OpenCall& call);
  Result<std::int64_t> count(TenantId tenant, CampaignId campaign);
  // Of all tenants: those that were answered, and those whose dialler died.
  Result<std::vector<OpenCall>> to_look_at(UnixMs now, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::campaigns
