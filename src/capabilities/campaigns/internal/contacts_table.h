#pragma once

#include <optional>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::campaigns {

// A number's digits, by which it is the same with and without its "+".
std::string_view digits_of(std::string_view number);

// The rows of contacts.
class ContactsTable {
 public:
  explicit ContactsTable(SqlSession& sql) : sql_(sql) {}

  Result<bool> has_number(CampaignId campaign, std::string_view number);
  Result<void> insert(const Contact& contact);
  Result<Contact> get(TenantId tenant, ContactId id);
  // In the order they were added.
  Result<ContactPage> page(TenantId tenant, CampaignId campaign, const ContactFilter& filter);
  // What became of it: status, attempts, outcomes, who answered, call, sums, next attempt.
  Result<void> update(const Contact& contact);
  // One that waits, is due and whose number nobody is calling; those that were never called first
  // by their order.
  Result<std::optional<Contact>> next_due(TenantId tenant, CampaignId campaign, UnixMs now);
  Result<bool> has_open(TenantId tenant, CampaignId campaign);
  Result<void> cancel_pending(TenantId tenant, CampaignId campaign, UnixMs now);
  Result<CampaignStats> stats(TenantId tenant, CampaignId campaign);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::campaigns
