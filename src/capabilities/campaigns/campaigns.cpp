#include "capabilities/campaigns/campaigns.h"

#include <algorithm>
#include <utility>

#include "capabilities/campaigns/internal/campaigns_table.h"
#include "capabilities/campaigns/internal/checks.h"
#include "capabilities/campaigns/internal/contacts_table.h"
#include "capabilities/campaigns/internal/open_calls_table.h"
#include "foundation/json.h"

namespace aiva::campaigns {
namespace {

constexpr std::int64_t campaigns_max = 1000;

bool is_over(const Campaign& campaign) {
  return campaign.status == "finished" || campaign.status == "cancelled";
}

Error over() { return {.code = ErrorCode::conflict, .message = "The campaign is over"}; }

std::string_view name_of(CampaignAction action) {
  switch (action) {
    case CampaignAction::start: return "started";
    case CampaignAction::pause: return "paused";
    case CampaignAction::resume: return "resumed";
    case CampaignAction::cancel: return "cancelled";
  }
  return "";
}

// Moves the campaign on; fails with `conflict` where it does not stand so.
Result<void> move(Campaign& campaign, CampaignAction action, UnixMs now) {
  auto wrong = [&](const char* sentence) { return fail(ErrorCode::conflict, sentence); };
  if (is_over(campaign)) return fail(over());
  switch (action) {
    case CampaignAction::start:
      if (campaign.status != "draft") return wrong("Only a draft is started");
      if (campaign.contact_count == 0) return wrong("The campaign has no contacts");
      campaign.status = "running";
      campaign.started_at = now;
      break;
    case CampaignAction::pause:
      if (campaign.status != "running") return wrong("Only a running campaign is paused");
      campaign.status = "paused";
      break;
    case CampaignAction::resume:
      if (campaign.status != "paused") return wrong("Only a paused campaign is resumed");
      campaign.status = "running";
      break;
    case CampaignAction::cancel:
      campaign.status = "cancelled";
      campaign.ended_at = now;
      break;
  }
  campaign.status_reason.clear();
  return {};
}

Result<void> cancel(SqlSession& sql, Campaign& campaign, std::string reason, UnixMs now) {
  campaign.status = "cancelled";
  campaign.status_reason = std::move(reason);
  campaign.ended_at = now;
  campaign.updated_at = now;
  TRY_VOID(CampaignsTable(sql).update(campaign));
  return ContactsTable(sql).cancel_pending(campaign.tenant, campaign.id, now);
}

class RowCampaigns final : public Campaigns {
 public:
  explicit RowCampaigns(CampaignParts parts) : parts_(parts) {}

  Task<Result<Campaign>> create(CallContext context, identity::Caller caller,
                                Campaign campaign) override;
  Task<Result<Campaign>> get(CallContext context, CampaignId id) override;
  Task<Result<CampaignPage>> list(CallContext context, CampaignFilter filter) override;
  Task<Result<Campaign>> change(CallContext context, identity::Caller caller, CampaignId id,
                                Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, CampaignId id) override;
  Task<Result<Campaign>> act(CallContext context, identity::Caller caller, CampaignId id,
                             CampaignAction action) override;
  Task<Result<AddedContacts>> add_contacts(CallContext context, CampaignId id,
                                           std::vector<NewContact> contacts) override;
  Task<Result<ContactPage>> contacts(CallContext context, CampaignId id,
                                     ContactFilter filter) override;
  Task<Result<CampaignStats>> stats(CallContext context, CampaignId id) override;

 private:
  // An agent that is switched off or not published yet may have a campaign all the same.
  Task<Result<void>> check_agent(CallContext context, AgentId agent);
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string_view action,
                     const Campaign& campaign);
  Result<AddedContacts> insert(SqlSession& sql, TenantId tenant, CampaignId id,
                               const std::vector<Contact>& contacts,
                               const std::vector<std::int64_t>& lines);

  CampaignParts parts_;
};

Task<Result<void>> RowCampaigns::check_agent(CallContext context, AgentId agent) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY_VOID(co_await std::move(finding));
  co_return Result<void>{};
}

Result<void> RowCampaigns::audit(SqlSession& sql, const identity::Caller& caller,
                                 std::string_view action, const Campaign& campaign) {
  json::Object details{{"name", campaign.name}, {"agent_id", campaign.agent.to_string()}};
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = campaign.tenant,
                                  .action = "campaign." + std::string(action),
                                  .resource_type = "campaign",
                                  .resource_id = campaign.id.to_string(),
                                  .details = json::to_text(details)});
}

Task<Result<Campaign>> RowCampaigns::create(CallContext context, identity::Caller caller,
                                            Campaign campaign) {
  CO_TRY_VOID(check(campaign));
  auto checking = check_agent(context, campaign.agent);
  CO_TRY_VOID(co_await std::move(checking));
  campaign.id = CampaignId::make();
  campaign.tenant = context.tenant;
  campaign.status = "draft";
  campaign.created_at = parts_.clock.unix_ms();
  campaign.updated_at = campaign.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CampaignsTable table(sql);
    TRY(auto count, table.count(context.tenant));
    if (count >= campaigns_max)
      return fail(ErrorCode::quota_exceeded, "A tenant may have at most 1000 campaigns");
    TRY_VOID(table.insert(campaign));
    return audit(sql, caller, "created", campaign);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return campaign;
}

Task<Result<Campaign>> RowCampaigns::get(CallContext context, CampaignId id) {
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return CampaignsTable(sql).get(context.tenant, id); });
  auto campaign = co_await std::move(reading);
  co_return campaign;
}

Task<Result<CampaignPage>> RowCampaigns::list(CallContext context, CampaignFilter filter) {
  filter.limit = std::clamp(filter.limit, 1, 201);  // one more than a page, to know of the next
  filter.page = std::max(filter.page, 1);
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return CampaignsTable(sql).page(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<Campaign>> RowCampaigns::change(CallContext context, identity::Caller caller,
                                            CampaignId id, Change change) {
  auto getting = get(context, id);
  CO_TRY(auto wanted, co_await std::move(getting));
  CO_TRY_VOID(change(wanted));
  auto checking = check_agent(context, wanted.agent);
  CO_TRY_VOID(co_await std::move(checking));
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Campaign> {
    CampaignsTable table(sql);
    TRY(auto campaign, table.get(context.tenant, id));
    if (is_over(campaign)) return fail(over());
    TRY_VOID(change(campaign));
    TRY_VOID(check(campaign));
    campaign.updated_at = parts_.clock.unix_ms();
    TRY_VOID(table.update(campaign));
    TRY_VOID(audit(sql, caller, "updated", campaign));
    return campaign;
  });
  auto campaign = co_await std::move(writing);
  co_return campaign;
}

Task<Result<void>> RowCampaigns::remove(CallContext context, identity::Caller caller,
                                        CampaignId id) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CampaignsTable table(sql);
    TRY(auto campaign, table.get(context.tenant, id));
    TRY(auto calls, OpenCallsTable(sql).count(context.tenant, id));
    if (campaign.status == "running" || calls > 0)
      return fail(ErrorCode::conflict, "The campaign is running; cancel it before");
    TRY_VOID(table.remove(context.tenant, id));
    return audit(sql, caller, "deleted", campaign);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<Campaign>> RowCampaigns::act(CallContext context, identity::Caller caller,
                                         CampaignId id, CampaignAction action) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Campaign> {
    CampaignsTable table(sql);
    TRY(auto campaign, table.get(context.tenant, id));
    auto now = parts_.clock.unix_ms();
    TRY_VOID(move(campaign, action, now));
    campaign.updated_at = now;
    TRY_VOID(table.update(campaign));
    if (campaign.status == "cancelled")
      TRY_VOID(ContactsTable(sql).cancel_pending(context.tenant, id, now));
    TRY_VOID(audit(sql, caller, name_of(action), campaign));
    return campaign;
  });
  auto campaign = co_await std::move(writing);
  co_return campaign;
}

Result<AddedContacts> RowCampaigns::insert(SqlSession& sql, TenantId tenant, CampaignId id,
                                           const std::vector<Contact>& contacts,
                                           const std::vector<std::int64_t>& lines) {
  CampaignsTable campaigns(sql);
  TRY(auto campaign, campaigns.get(tenant, id));
  if (is_over(campaign)) return fail(over());
  ContactsTable table(sql);
  AddedContacts outcome;
  auto sequence = campaign.contact_count;
  auto now = parts_.clock.unix_ms();
  for (std::size_t at = 0; at < contacts.size(); ++at) {
    auto contact = contacts[at];
    TRY(bool is_there, table.has_number(id, contact.number));
    if (is_there || sequence >= contacts_max) {
      outcome.errors.push_back({.line = lines[at],
                                .field = "number",
                                .message = is_there ? "is in the campaign already"
                                                    : "is beyond the 100000 of a campaign"});
      continue;
    }
    contact.id = ContactId::make();
    contact.tenant = tenant;
    contact.campaign = id;
    contact.sequence = ++sequence;
    contact.next_attempt_at = contact.created_at = contact.updated_at = now;
    TRY_VOID(table.insert(contact));
    ++outcome.added;
  }
  if (outcome.added > 0) TRY_VOID(campaigns.number_contacts(tenant, id, outcome.added));
  return outcome;
}

Task<Result<AddedContacts>> RowCampaigns::add_contacts(CallContext context, CampaignId id,
                                                       std::vector<NewContact> contacts) {
  if (contacts.size() > batch_max)
    co_return fail(ErrorCode::too_large, "At most 1000 contacts are added at once");
  std::vector<Contact> good;
  std::vector<std::int64_t> lines;
  std::vector<LineError> errors;
  for (const auto& given : contacts) {
    auto contact = make_contact(given);
    if (!contact) {
      errors.push_back(line_error(given.line, contact.error()));
      continue;
    }
    good.push_back(std::move(*contact));
    lines.push_back(given.line);
  }
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return insert(sql, context.tenant, id, good, lines);
  });
  CO_TRY(auto outcome, co_await std::move(writing));
  outcome.errors.insert(outcome.errors.end(), errors.begin(), errors.end());
  std::ranges::sort(outcome.errors, {}, &LineError::line);
  co_return outcome;
}

Task<Result<ContactPage>> RowCampaigns::contacts(CallContext context, CampaignId id,
                                                 ContactFilter filter) {
  filter.limit = std::clamp(filter.limit, 1, 1001);
  filter.page = std::max(filter.page, 1);
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<ContactPage> {
    TRY_VOID(CampaignsTable(sql).get(context.tenant, id));
    return ContactsTable(sql).page(context.tenant, id, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<CampaignStats>> RowCampaigns::stats(CallContext context, CampaignId id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<CampaignStats> {
    TRY_VOID(CampaignsTable(sql).get(context.tenant, id));
    return ContactsTable(sql).stats(context.tenant, id);
  });
  auto stats = co_await std::move(reading);
  co_return stats;
}

}  // namespace

std::unique_ptr<Campaigns> make_campaigns(CampaignParts parts) {
  return std::make_unique<RowCampaigns>(parts);
}

Result<void> cancel_campaigns_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  TRY(auto open, CampaignsTable(sql).open_of(tenant, agent));
  auto now = unix_ms_now();
  for (auto& campaign : open) TRY_VOID(cancel(sql, campaign, "agent_deleted", now));
  return {};
}

}  // namespace aiva::campaigns
