#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/campaigns/types.h"
#include "capabilities/identity/audit_log.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::campaigns {

enum class CampaignAction { start, pause, resume, cancel };

// The campaigns of a tenant and whom they call. Only rows of `context.tenant` are seen. Changes are
// written into the audit log in the same transaction.
class Campaigns {
 public:
  // Changes what a campaign is, not where it stands; may be called again.
  using Change = std::function<Result<void>(Campaign&)>;

  virtual ~Campaigns() = default;
  // A draft. Fails with `invalid` naming the fields, `not_found` for the agent, `quota_exceeded`
  // beyond 1000 of a tenant.
  virtual Task<Result<Campaign>> create(CallContext context, identity::Caller caller,
                                        Campaign campaign) = 0;
  virtual Task<Result<Campaign>> get(CallContext context, CampaignId id) = 0;
  // Newest first.
  virtual Task<Result<CampaignPage>> list(CallContext context, CampaignFilter filter) = 0;
  // Fails as create does, and with `conflict` when the campaign is over.
  virtual Task<Result<Campaign>> change(CallContext context, identity::Caller caller, CampaignId id,
                                        Change change) = 0;
  // With its contacts; their calls stay. Fails with `conflict` while it is running or calls go on.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller,
                                    CampaignId id) = 0;
  // Starts a draft that has contacts, pauses one that runs, resumes a paused one, cancels any that
  // is not over: contacts that wait are cancelled with it. Once paused or cancelled it begins no
  // call, and what rings is broken off; who talks goes on talking. Fails with `conflict`.
  virtual Task<Result<Campaign>> act(CallContext context, identity::Caller caller, CampaignId id,
                                     CampaignAction action) = 0;

  // Adds those that are well; the others are told of. Fails with `conflict` when the campaign is
  // over, `too_large` for more than 1000 at once.
  virtual Task<Result<AddedContacts>> add_contacts(CallContext context, CampaignId id,
                                                   std::vector<NewContact> contacts) = 0;
  // In the order they were added.
  virtual Task<Result<ContactPage>> contacts(CallContext context, CampaignId id,
                                             ContactFilter filter) = 0;
  virtual Task<Result<CampaignStats>> stats(CallContext context, CampaignId id) = 0;
};

// Told inside the transaction that makes it true; a failure undoes that.
using CampaignListener = std::function<Result<void>(SqlSession&, TenantId, const CampaignEvent&)>;

struct CampaignParts {
  Database& database;
  agents::ActiveAgents& agents;
  identity::AuditLog& audit_log;
  const Clock& clock;
};

std::unique_ptr<Campaigns> make_campaigns(CampaignParts parts);

// Cancels what an agent calls, inside the transaction that deletes it.
Result<void> cancel_campaigns_of(SqlSession& sql, TenantId tenant, AgentId agent);

}  // namespace aiva::campaigns
