#pragma once

#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::campaigns {

// The rows of campaigns.
class CampaignsTable {
 public:
  explicit CampaignsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(const Campaign& campaign);
  Result<Campaign> get(TenantId tenant, CampaignId id);
  // Newest first.
  Result<CampaignPage> page(TenantId tenant, const CampaignFilter& filter);
  Result<std::int64_t> count(TenantId tenant);
  // Everything but the pace and the count of contacts.
  Result<void> update(const Campaign& campaign);
  Result<void> remove(TenantId tenant, CampaignId id);
  // The number of the first of so many new contacts.
  Result<std::int64_t> number_contacts(TenantId tenant, CampaignId id, std::int64_t count);

  // Of all tenants: those that run, the longest without a call first.
  Result<std::vector<Campaign>> running(int count_max);
  // Takes the next place in the pace: true where the campaign runs and its time has come. What was
  // missed is made up for by a second's worth at most.
  Result<bool> take_turn(const Campaign& campaign, UnixMs now);
  // No call begins before.
  Result<void> rest_until(TenantId tenant, CampaignId id, UnixMs until);
  // Of an agent, those that are not over.
  Result<std::vector<Campaign>> open_of(TenantId tenant, AgentId agent);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::campaigns
