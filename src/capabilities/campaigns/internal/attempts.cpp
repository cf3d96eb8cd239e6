#include "capabilities/campaigns/internal/attempts.h"

#include <utility>

#include "capabilities/campaigns/calling_windows.h"
#include "capabilities/campaigns/internal/campaigns_table.h"
#include "capabilities/campaigns/internal/contacts_table.h"
#include "capabilities/campaigns/internal/do_not_call_table.h"
#include "capabilities/campaigns/internal/outcomes.h"

namespace aiva::campaigns {
namespace {

constexpr int forbidden_at_once = 200;  // contacts passed over in one transaction
constexpr std::int64_t attempts_max = 100;

}  // namespace

bool Attempts::may_call_now(const Campaign& campaign) const {
  auto now = parts_.clock.unix_ms();
  if (campaign.starts_at && now < *campaign.starts_at) return false;
  if (campaign.ends_at && now >= *campaign.ends_at) return false;
  auto zone = TimeZone::find(campaign.time_zone);
  return zone && is_open(campaign.windows, *zone, now);
}

Result<void> Attempts::tell(SqlSession& sql, const Campaign& campaign, const Contact* contact) {
  if (!parts_.listener) return {};
  return parts_.listener(
      sql, campaign.tenant,
      {.is_contact = contact != nullptr, .campaign = &campaign, .contact = contact});
}

Result<void> Attempts::finish(SqlSession& sql, Campaign& campaign, std::string reason) {
  campaign.status = "finished";
  campaign.status_reason = std::move(reason);
  campaign.ended_at = campaign.updated_at = parts_.clock.unix_ms();
  TRY_VOID(CampaignsTable(sql).update(campaign));
  return tell(sql, campaign, nullptr);
}

// True when the number is on the list: then that is what became of the contact.
Result<bool> Attempts::take_off_forbidden(SqlSession& sql, const Campaign& campaign,
                                          Contact& contact) {
  TRY(bool is_forbidden, DoNotCallTable(sql).has(campaign.tenant, contact.number));
  if (!is_forbidden) return false;
  contact.status = "do_not_call";
  contact.updated_at = parts_.clock.unix_ms();
  TRY_VOID(ContactsTable(sql).update(contact));
  TRY_VOID(tell(sql, campaign, &contact));
  return true;
}

Result<Claim> Attempts::take(SqlSession& sql, TenantId tenant, CampaignId id) {
  CampaignsTable campaigns(sql);
  ContactsTable contacts(sql);
  OpenCallsTable calls(sql);
  auto now = parts_.clock.unix_ms();
  TRY(auto campaign, campaigns.get(tenant, id));
  if (campaign.status != "running") return Claim{};
  TRY(auto going_on, calls.count(tenant, id));
  if (going_on >= campaign.calls_at_once) return Claim{};
  for (int tries = 0; tries < forbidden_at_once; ++tries) {
    TRY(auto due, contacts.next_due(tenant, id, now));
    if (!due) {
      TRY(bool has_open, contacts.has_open(tenant, id));
      if (has_open) return Claim{};
      TRY_VOID(finish(sql, campaign, {}));
      return Claim{.kind = Claim::Kind::finished};
    }
    TRY(bool is_forbidden, take_off_forbidden(sql, campaign, *due));
    if (is_forbidden) continue;
    // Whoever else wants a place waits for this row.
    TRY(bool has_turn, campaigns.take_turn(campaign, now));
    if (!has_turn) return Claim{};
    auto lease = campaign.ring_max_s * 1000 + settings_.lease_beyond_ringing.count();
    OpenCall open{.tenant = tenant,
                  .campaign = id,
                  .contact = due->id,
                  .number = due->number,
                  .session_id = Uuid::make().to_string(),
                  .leased_until = now + lease};
    TRY_VOID(calls.insert(open, now));
    due->status = "calling";
    ++due->attempts;
    due->updated_at = now;
    TRY_VOID(contacts.update(*due));
    return Claim{.kind = Claim::Kind::attempt,
                 .attempt = {std::move(campaign), std::move(*due), std::move(open)}};
  }
  return Claim{};
}

Task<Result<Claim>> Attempts::claim(CallContext context, Campaign campaign) {
  // A look costs no transaction: most of the time nothing is due.
  auto looking = read(parts_.database, context, [&](SqlSession& sql) -> Result<bool> {
    ContactsTable contacts(sql);
    auto now = parts_.clock.unix_ms();
    TRY(auto going_on, OpenCallsTable(sql).count(campaign.tenant, campaign.id));
    if (going_on >= campaign.calls_at_once) return false;
    TRY(auto due, contacts.next_due(campaign.tenant, campaign.id, now));
    if (due) return true;
    TRY(bool has_open, contacts.has_open(campaign.tenant, campaign.id));
    return !has_open;
  });
  CO_TRY(bool has_work, co_await std::move(looking));
  if (!has_work) co_return Claim{};
  auto writing = write(parts_.database, context,
                       [&](SqlSession& sql) { return take(sql, campaign.tenant, campaign.id); });
  auto claimed = co_await std::move(writing);
  // Another process was faster with that number.
  if (!claimed && claimed.error().code == ErrorCode::conflict) co_return Claim{};
  co_return claimed;
}

Task<Result<bool>> Attempts::confirm(CallContext context, Attempt& attempt, voice::CallId call) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<bool> {
    const auto& open = attempt.open;
    OpenCallsTable calls(sql);
    TRY(auto row, calls.find(open.tenant, open.session_id, open.number));
    if (!row) return false;
    TRY(auto campaign, CampaignsTable(sql).get(open.tenant, open.campaign));
    TRY(auto contact, ContactsTable(sql).get(open.tenant, open.contact));
    TRY(bool is_forbidden, take_off_forbidden(sql, campaign, contact));
    if (is_forbidden) {
      TRY_VOID(calls.remove(*row));
      return false;
    }
    if (campaign.status != "running" || !may_call_now(campaign)) {
      TRY_VOID(release(sql, *row, GiveBack::not_dialled));
      return false;
    }
    row->call = call;
    TRY_VOID(calls.update(*row));
    contact.call = call;
    TRY_VOID(ContactsTable(sql).update(contact));
    return true;
  });
  CO_TRY(bool may_dial, co_await std::move(writing));
  if (may_dial) attempt.open.call = call;
  co_return may_dial;
}

Task<Result<void>> Attempts::mark_answered(CallContext context, OpenCall open) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    OpenCallsTable calls(sql);
    TRY(auto row, calls.find(open.tenant, open.session_id, open.number));
    if (!row || row->is_answered) return {};
    row->is_answered = true;
    row->answered_at = parts_.clock.unix_ms();
    return calls.update(*row);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Result<void> Attempts::release(SqlSession& sql, const OpenCall& open, GiveBack why) {
  OpenCallsTable calls(sql);
  TRY(auto row, calls.find(open.tenant, open.session_id, open.number));
  if (!row) return {};
  TRY_VOID(calls.remove(*row));
  ContactsTable contacts(sql);
  TRY(auto contact, contacts.get(open.tenant, open.contact));
  TRY(auto campaign, CampaignsTable(sql).get(open.tenant, open.campaign));
  bool is_over = campaign.status == "cancelled" || campaign.status == "finished";
  contact.status = is_over ? "cancelled" : "pending";
  if (why == GiveBack::not_dialled) --contact.attempts;
  // One that ends its process each time does not go on for ever.
  if (contact.attempts >= attempts_max) contact.status = "failed";
  contact.next_attempt_at = contact.updated_at = parts_.clock.unix_ms();
  TRY_VOID(contacts.update(contact));
  return contact.status == "pending" ? Result<void>() : tell(sql, campaign, &contact);
}

Task<Result<void>> Attempts::give_back(CallContext context, OpenCall open, GiveBack why) {
  auto writing =
      write(parts_.database, context, [&](SqlSession& sql) { return release(sql, open, why); });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> Attempts::settle(CallContext context, OpenCall open, std::string outcome,
                                    std::optional<voice::Call> call) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    OpenCallsTable calls(sql);
    TRY(auto row, calls.find(open.tenant, open.session_id, open.number));
    if (!row) return {};
    TRY_VOID(calls.remove(*row));
    ContactsTable contacts(sql);
    TRY(auto contact, contacts.get(open.tenant, open.contact));
    TRY(auto campaign, CampaignsTable(sql).get(open.tenant, open.campaign));
    if (call) {
      contact.duration_ms += call->duration_ms;
      contact.cost += call->final_cost;
      contact.answered_by = call->answered_by;
    }
    note_outcome(contact, campaign, outcome, parts_.clock.unix_ms());
    TRY_VOID(contacts.update(contact));
    return contact.status == "pending" ? Result<void>() : tell(sql, campaign, &contact);
  });
  auto settled = co_await std::move(writing);
  co_return settled;
}

Task<Result<void>> Attempts::pause(CallContext context, TenantId tenant, CampaignId campaign,
                                   std::string reason) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CampaignsTable table(sql);
    TRY(auto row, table.get(tenant, campaign));
    if (row.status != "running") return {};
    row.status = "paused";
    row.status_reason = reason;
    row.updated_at = parts_.clock.unix_ms();
    return table.update(row);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> Attempts::rest(CallContext context, TenantId tenant, CampaignId campaign) {
  auto until = parts_.clock.unix_ms() + settings_.rest.count();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return CampaignsTable(sql).rest_until(tenant, campaign, until);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<void>> Attempts::end(CallContext context, TenantId tenant, CampaignId campaign) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto row, CampaignsTable(sql).get(tenant, campaign));
    if (row.status != "running") return {};
    TRY_VOID(ContactsTable(sql).cancel_pending(tenant, campaign, parts_.clock.unix_ms()));
    return finish(sql, row, "end_date");
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

}  // namespace aiva::campaigns
