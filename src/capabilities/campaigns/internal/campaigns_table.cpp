#include "capabilities/campaigns/internal/campaigns_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "capabilities/campaigns/settings_json.h"

namespace aiva::campaigns {
namespace {

constexpr std::string_view select_campaigns =
    "SELECT id, tenant_id, agent_id, name, caller_id, status, status_reason, calls_at_once, "
    "calls_per_minute, ring_max_s, time_zone, windows, retries, on_machine, machine_message, "
    "starts_at, ends_at, contact_count, created_at, updated_at, started_at, ended_at "
    "FROM campaigns WHERE ";
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t made_up_for_ms = 1000;

std::optional<UnixMs> instant(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

Result<Campaign> read_campaign(const SqlRow& row) {
  Campaign campaign{.id = row.id<CampaignId>(0),
                    .tenant = row.id<TenantId>(1),
                    .agent = row.id<AgentId>(2),
                    .name = std::string(row.text(3)),
                    .caller_id = std::string(row.text(4)),
                    .status = std::string(row.text(5)),
                    .status_reason = std::string(row.text(6)),
                    .calls_at_once = static_cast<int>(row.integer(7)),
                    .calls_per_minute = static_cast<int>(row.integer(8)),
                    .ring_max_s = static_cast<int>(row.integer(9)),
                    .time_zone = std::string(row.text(10)),
                    .on_machine = std::string(row.text(13)),
                    .machine_message = std::string(row.text(14)),
                    .starts_at = instant(row, 15),
                    .ends_at = instant(row, 16),
                    .contact_count = row.integer(17),
                    .created_at = row.integer(18),
                    .updated_at = row.integer(19),
                    .started_at = instant(row, 20),
                    .ended_at = instant(row, 21)};
  TRY(auto windows, json::parse(row.text(11)));
  TRY(campaign.windows, windows_from_json(windows));
  TRY(auto retries, json::parse(row.text(12)));
  TRY(campaign.retries, retries_from_json(retries));
  return campaign;
}

Result<std::vector<Campaign>> all(SqlSession& sql, std::string_view condition,
                                  SqlSession::Parameters parameters) {
  std::vector<Campaign> found;
  TRY_VOID(sql.query(std::string(select_campaigns).append(condition), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       TRY(auto campaign, read_campaign(row));
                       found.push_back(std::move(campaign));
                       return {};
                     }));
  return found;
}

}  // namespace

Result<void> CampaignsTable::insert(const Campaign& campaign) {
  TRY_VOID(sql_.execute(
      "INSERT INTO campaigns (id, tenant_id, agent_id, name, caller_id, status, status_reason, "
      "calls_at_once, calls_per_minute, ring_max_s, time_zone, windows, retries, on_machine, "
      "machine_message, starts_at, ends_at, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {campaign.id, campaign.tenant, campaign.agent, campaign.name, campaign.caller_id,
       campaign.status, campaign.status_reason, campaign.calls_at_once, campaign.calls_per_minute,
       campaign.ring_max_s, campaign.time_zone, to_json(campaign.windows),
       to_json(campaign.retries), campaign.on_machine, campaign.machine_message, campaign.starts_at,
       campaign.ends_at, campaign.created_at, campaign.updated_at}));
  return {};
}

Result<Campaign> CampaignsTable::get(TenantId tenant, CampaignId id) {
  TRY(auto found, all(sql_, "tenant_id = ? AND id = ?", {tenant, id}));
  if (found.empty()) return fail(ErrorCode::not_found, "No such campaign");
  return std::move(found.front());
}

Result<CampaignPage> CampaignsTable::page(TenantId tenant, const CampaignFilter& filter) {
  CampaignPage page;
  TRY_VOID(sql_.query(
      "SELECT COUNT(*) FROM campaigns WHERE tenant_id = ? AND (? = '' OR status = ?)",
      {tenant, filter.status, filter.status}, [&page](const SqlRow& row) -> Result<void> {
        page.total = row.integer(0);
        return {};
      }));
  auto after = filter.after.value_or(before_newest);
  auto offset = filter.after ? 0 : std::int64_t{filter.page - 1} * filter.limit;
  TRY(page.items,
      all(sql_,
          "tenant_id = ? AND (? = '' OR status = ?) AND (created_at, id) < (?, ?) "
          "ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
          {tenant, filter.status, filter.status, after.key, after.id, filter.limit, offset}));
  return page;
}

Result<std::int64_t> CampaignsTable::count(TenantId tenant) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM campaigns WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<void> CampaignsTable::update(const Campaign& campaign) {
  TRY(auto changed,
      sql_.execute("UPDATE campaigns SET agent_id = ?, name = ?, caller_id = ?, status = ?, "
                   "status_reason = ?, calls_at_once = ?, calls_per_minute = ?, ring_max_s = ?, "
                   "time_zone = ?, windows = ?, retries = ?, on_machine = ?, machine_message = ?, "
                   "starts_at = ?, ends_at = ?, updated_at = ?, started_at = ?, ended_at = ? "
                   "WHERE tenant_id = ? AND id = ?",
                   {campaign.agent,
                    campaign.name,
                    campaign.caller_id,
                    campaign.status,
                    campaign.status_reason,
                    campaign.calls_at_once,
                    campaign.calls_per_minute,
                    campaign.ring_max_s,
                    campaign.time_zone,
                    to_json(campaign.windows),
                    to_json(campaign.retries),
                    campaign.on_machine,
                    campaign.machine_message,
                    campaign.starts_at,
                    campaign.ends_at,
                    campaign.updated_at,
                    campaign.started_at,
                    campaign.ended_at,
                    campaign.tenant,
                    campaign.id}));
  if (changed == 0) return fail(ErrorCode::not_found, "No such campaign");
  return {};
}

Result<void> CampaignsTable::remove(TenantId tenant, CampaignId id) {
  TRY_VOID(sql_.execute("DELETE FROM campaign_contacts WHERE tenant_id = ? AND campaign_id = ?",
                        {tenant, id}));
  TRY(auto removed,
      sql_.execute("DELETE FROM campaigns WHERE tenant_id = ? AND id = ?", {tenant, id}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such campaign");
  return {};
}

Result<std::int64_t> CampaignsTable::number_contacts(TenantId tenant, CampaignId id,
                                                     std::int64_t count) {
  TRY_VOID(sql_.execute(
      "UPDATE campaigns SET contact_count = contact_count + ? WHERE tenant_id = ? AND id = ?",
      {count, tenant, id}));
  TRY(auto campaign, get(tenant, id));
  return campaign.contact_count - count + 1;
}

Result<std::vector<Campaign>> CampaignsTable::running(int count_max) {
  return all(sql_, "status = 'running' ORDER BY next_call_at, id LIMIT ?", {count_max});
}

Result<bool> CampaignsTable::take_turn(const Campaign& campaign, UnixMs now) {
  auto spacing = std::max<std::int64_t>(minute_ms / campaign.calls_per_minute, 1);
  auto earliest = now - made_up_for_ms;
  TRY(auto taken, sql_.execute("UPDATE campaigns SET next_call_at = ? + CASE WHEN next_call_at < ? "
                               "THEN ? ELSE next_call_at END WHERE tenant_id = ? AND id = ? AND "
                               "status = 'running' AND next_call_at <= ?",
                               {spacing, earliest, earliest, campaign.tenant, campaign.id, now}));
  return taken > 0;
}

Result<void> CampaignsTable::rest_until(TenantId tenant, CampaignId id, UnixMs until) {
  TRY_VOID(sql_.execute("UPDATE campaigns SET next_call_at = ? WHERE tenant_id = ? AND id = ?",
                        {until, tenant, id}));
  return {};
}

Result<std::vector<Campaign>> CampaignsTable::open_of(TenantId tenant, AgentId agent) {
  return all(sql_, "tenant_id = ? AND agent_id = ? AND status IN ('draft', 'running', 'paused')",
             {tenant, agent});
}

}  // namespace aiva::campaigns
