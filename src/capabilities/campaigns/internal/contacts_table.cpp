#include "capabilities/campaigns/internal/contacts_table.h"

#include <string>
#include <utility>

namespace aiva::campaigns {
namespace {

constexpr std::string_view select_contacts =
    "SELECT id, tenant_id, campaign_id, sequence_number, number, name, variables, status, "
    "attempts, outcomes, answered_by, call_id, duration_ms, cost, next_attempt_at, created_at, "
    "updated_at FROM campaign_contacts WHERE ";

Contact read_contact(const SqlRow& row) {
  Contact contact{.id = row.id<ContactId>(0),
                  .tenant = row.id<TenantId>(1),
                  .campaign = row.id<CampaignId>(2),
                  .sequence = row.integer(3),
                  .number = std::string(row.text(4)),
                  .name = std::string(row.text(5)),
                  .variables = std::string(row.text(6)),
                  .status = std::string(row.text(7)),
                  .attempts = row.integer(8),
                  .outcomes = std::string(row.text(9)),
                  .answered_by = std::string(row.text(10)),
                  .duration_ms = row.integer(12),
                  .cost = row.integer(13),
                  .next_attempt_at = row.integer(14),
                  .created_at = row.integer(15),
                  .updated_at = row.integer(16)};
  if (!row.is_null(11)) contact.call = row.id<voice::CallId>(11);
  return contact;
}

Result<std::vector<Contact>> all(SqlSession& sql, std::string_view condition,
                                 SqlSession::Parameters parameters) {
  std::vector<Contact> found;
  TRY_VOID(sql.query(std::string(select_contacts).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       found.push_back(read_contact(row));
                       return {};
                     }));
  return found;
}

Result<bool> is_there(SqlSession& sql, std::string_view query, SqlSession::Parameters parameters) {
  bool is_found = false;
  TRY_VOID(sql.query(query, parameters, [&is_found](const SqlRow&) -> Result<void> {
    is_found = true;
    return {};
  }));
  return is_found;
}

}  // namespace

std::string_view digits_of(std::string_view number) {
  return number.starts_with('+') ? number.substr(1) : number;
}

Result<bool> ContactsTable::has_number(CampaignId campaign, std::string_view number) {
  return is_there(sql_, "SELECT 1 FROM campaign_contacts WHERE campaign_id = ? AND digits = ?",
                  {campaign, digits_of(number)});
}

Result<void> ContactsTable::insert(const Contact& contact) {
  TRY_VOID(sql_.execute(
      "INSERT INTO campaign_contacts (id, tenant_id, campaign_id, sequence_number, number, digits, "
      "name, variables, status, next_attempt_at, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {contact.id, contact.tenant, contact.campaign, contact.sequence, contact.number,
       digits_of(contact.number), contact.name, contact.variables, contact.status,
       contact.next_attempt_at, contact.created_at, contact.updated_at}));
  return {};
}

Result<Contact> ContactsTable::get(TenantId tenant, ContactId id) {
  TRY(auto found, all(sql_, "tenant_id = ? AND id = ?", {tenant, id}));
  if (found.empty()) return fail(ErrorCode::not_found, "No such contact");
  return std::move(found.front());
}

Result<ContactPage> ContactsTable::page(TenantId tenant, CampaignId campaign,
                                        const ContactFilter& filter) {
  ContactPage page;
  TRY_VOID(sql_.query(
      "SELECT COUNT(*) FROM campaign_contacts WHERE tenant_id = ? AND "
      "campaign_id = ? AND (? = '' OR status = ?)",
      {tenant, campaign, filter.status, filter.status}, [&page](const SqlRow& row) -> Result<void> {
        page.total = row.integer(0);
        return {};
      }));
  auto after = filter.after ? filter.after->key : 0;
  auto offset = filter.after ? 0 : std::int64_t{filter.page - 1} * filter.limit;
  TRY(page.items,
      all(sql_,
          "tenant_id = ? AND campaign_id = ? AND (? = '' OR status = ?) AND "
          "sequence_number > ? ORDER BY sequence_number LIMIT ? OFFSET ?",
          {tenant, campaign, filter.status, filter.status, after, filter.limit, offset}));
  return page;
}

Result<void> ContactsTable::update(const Contact& contact) {
  TRY(auto changed,
      sql_.execute("UPDATE campaign_contacts SET status = ?, attempts = ?, outcomes = ?, "
                   "answered_by = ?, call_id = ?, duration_ms = ?, cost = ?, next_attempt_at = ?, "
                   "updated_at = ? WHERE tenant_id = ? AND id = ?",
                   {contact.status, contact.attempts, contact.outcomes, contact.answered_by,
                    contact.call, contact.duration_ms, contact.cost, contact.next_attempt_at,
                    contact.updated_at, contact.tenant, contact.id}));
  if (changed == 0) return fail(ErrorCode::not_found, "No such contact");
  return {};
}

Result<std::optional<Contact>> ContactsTable::next_due(TenantId tenant, CampaignId campaign,
                                                       UnixMs now) {
  TRY(auto found,
      all(sql_,
          "tenant_id = ? AND campaign_id = ? AND status = 'pending' AND next_attempt_at <= ? AND "
          "NOT EXISTS (SELECT 1 FROM campaign_calls WHERE campaign_calls.tenant_id = "
          "campaign_contacts.tenant_id AND campaign_calls.digits = campaign_contacts.digits) "
          "ORDER BY next_attempt_at, sequence_number LIMIT 1",
          {tenant, campaign, now}));
  if (found.empty()) return std::optional<Contact>();
  return std::optional(std::move(found.front()));
}

Result<bool> ContactsTable::has_open(TenantId tenant, CampaignId campaign) {
  return is_there(sql_,
                  "SELECT 1 FROM campaign_contacts WHERE tenant_id = ? AND campaign_id = ? AND "
                  "status IN ('pending', 'calling') LIMIT 1",
                  {tenant, campaign});
}

Result<void> ContactsTable::cancel_pending(TenantId tenant, CampaignId campaign, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE campaign_contacts SET status = 'cancelled', updated_at = ? "
                   "WHERE tenant_id = ? AND campaign_id = ? AND status = 'pending'",
                   {now, tenant, campaign}));
  return {};
}

Result<CampaignStats> ContactsTable::stats(TenantId tenant, CampaignId campaign) {
  CampaignStats stats;
  TRY_VOID(
      sql_.query("SELECT status, answered_by, COUNT(*), SUM(attempts), SUM(duration_ms), SUM(cost) "
                 "FROM campaign_contacts WHERE tenant_id = ? AND campaign_id = ? "
                 "GROUP BY status, answered_by",
                 {tenant, campaign}, [&stats](const SqlRow& row) -> Result<void> {
                   auto count = row.integer(2);
                   stats.contacts += count;
                   stats.statuses[std::string(row.text(0))] += count;
                   if (!row.text(1).empty()) stats.answered_by[std::string(row.text(1))] += count;
                   stats.attempts += row.integer(3);
                   stats.duration_ms += row.integer(4);
                   stats.cost += row.integer(5);
                   return {};
                 }));
  return stats;
}

}  // namespace aiva::campaigns
