#include "capabilities/campaigns/internal/open_calls_table.h"

#include <string>
#include <utility>

#include "capabilities/campaigns/internal/contacts_table.h"

namespace aiva::campaigns {
namespace {

constexpr std::string_view select_calls =
    "SELECT tenant_id, campaign_id, contact_id, digits, session_id, call_id, is_answered, "
    "answered_at, leased_until FROM campaign_calls WHERE ";

Result<std::vector<OpenCall>> all(SqlSession& sql, std::string_view condition,
                                  SqlSession::Parameters parameters) {
  std::vector<OpenCall> found;
  TRY_VOID(sql.query(std::string(select_calls).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       OpenCall call{.tenant = row.id<TenantId>(0),
                                     .campaign = row.id<CampaignId>(1),
                                     .contact = row.id<ContactId>(2),
                                     .number = std::string(row.text(3)),
                                     .session_id = std::string(row.text(4)),
                                     .is_answered = row.integer(6) != 0,
                                     .answered_at = row.integer(7),
                                     .leased_until = row.integer(8)};
                       if (!row.is_null(5)) call.call = row.id<voice::CallId>(5);
                       found.push_back(std::move(call));
                       return {};
                     }));
  return found;
}

}  // namespace

Result<void> OpenCallsTable::insert(const OpenCall& call, UnixMs now) {
  TRY_VOID(sql_.execute(
      "INSERT INTO campaign_calls (tenant_id, digits, campaign_id, contact_id, session_id, "
      "leased_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      {call.tenant, digits_of(call.number), call.campaign, call.contact, call.session_id,
       call.leased_until, now}));
  return {};
}

Result<std::optional<OpenCall>> OpenCallsTable::find(TenantId tenant, std::string_view session_id,
                                                     std::string_view number) {
  TRY(auto found, all(sql_, "tenant_id = ? AND digits = ? AND session_id = ?",
                      {tenant, digits_of(number), session_id}));
  if (found.empty()) return std::optional<OpenCall>();
  return std::optional(std::move(found.front()));
}

Result<void> OpenCallsTable::update(const OpenCall& call) {
  TRY_VOID(sql_.execute(
      "UPDATE campaign_calls SET call_id = ?, is_answered = ?, answered_at = ?, leased_until = ? "
      "WHERE tenant_id = ? AND digits = ? AND session_id = ?",
      {call.call, call.is_answered, call.answered_at, call.leased_until, call.tenant,
       digits_of(call.number), call.session_id}));
  return {};
}

Result<void> OpenCallsTable::remove(const OpenCall& call) {
  TRY_VOID(sql_.execute(
      "DELETE FROM campaign_calls WHERE tenant_id = ? AND digits = ? AND session_id = ?",
      {call.tenant, digits_of(call.number), call.session_id}));
  return {};
}

Result<std::int64_t> OpenCallsTable::count(TenantId tenant, CampaignId campaign) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM campaign_calls WHERE tenant_id = ? AND campaign_id = ?",
                      {tenant, campaign}, [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<std::vector<OpenCall>> OpenCallsTable::to_look_at(UnixMs now, int count_max) {
  return all(sql_, "is_answered = 1 OR leased_until <= ? ORDER BY leased_until LIMIT ?",
             {now, count_max});
}

}  // namespace aiva::campaigns
