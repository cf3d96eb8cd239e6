#include "capabilities/identity/internal/audit_rows.h"

#include <string>
#include <vector>

#include "capabilities/identity/internal/sql_filter.h"
#include "foundation/text/utf8.h"

namespace aiva::identity::audit_rows {
namespace {

constexpr std::size_t ip_bytes_max = 64;
constexpr std::size_t user_agent_bytes_max = 256;
constexpr std::size_t actor_bytes_max = 254;

constexpr std::string_view columns =
    "id, tenant_id, user_id, actor, action, resource_type, resource_id, details, ip, user_agent, "
    "created_at";

AuditEntry read_row(const SqlRow& row) {
  AuditEntry entry{.id = std::string(row.text(0)),
                   .actor = std::string(row.text(3)),
                   .action = std::string(row.text(4)),
                   .resource_type = std::string(row.text(5)),
                   .resource_id = std::string(row.text(6)),
                   .details = std::string(row.text(7)),
                   .ip = std::string(row.text(8)),
                   .user_agent = std::string(row.text(9)),
                   .created_at = row.integer(10)};
  if (!row.is_null(1)) entry.tenant = row.id<TenantId>(1);
  if (!row.is_null(2)) entry.user = row.id<UserId>(2);
  return entry;
}

void fill_in(AuditEntry& entry, const Caller& caller) {
  const auto* principal = caller.principal.get();
  if (principal == nullptr) return;
  if (!entry.tenant && !principal->tenant.is_nil()) entry.tenant = principal->tenant;
  if (!entry.user && !principal->user.is_nil()) entry.user = principal->user;
  if (entry.actor.empty())
    entry.actor = principal->email.empty() ? principal->name : principal->email;
}

}  // namespace

Result<void> append(SqlSession& session, const Caller& caller, AuditEntry entry, UnixMs now) {
  fill_in(entry, caller);
  auto id = Uuid::make().to_string();
  auto ip = utf8_prefix(caller.ip, ip_bytes_max);
  auto user_agent = repair_utf8(utf8_prefix(caller.user_agent, user_agent_bytes_max));
  auto actor = utf8_prefix(entry.actor, actor_bytes_max);
  TRY_VOID(session.execute(
      "INSERT INTO audit_log (id, tenant_id, user_id, actor, action, resource_type, resource_id, "
      "details, ip, user_agent, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {id, entry.tenant, entry.user, actor, entry.action, entry.resource_type, entry.resource_id,
       entry.details, ip, user_agent, now}));
  return {};
}

Result<PageOf<AuditEntry>> list(SqlSession& session, const AuditFilter& filter) {
  SqlFilter where;
  auto family = filter.action + "%";
  if (filter.tenant) where.add("tenant_id = ?", *filter.tenant);
  if (filter.user) where.add("user_id = ?", *filter.user);
  if (filter.action.ends_with('.'))
    where.add("action LIKE ?", family);
  else if (!filter.action.empty())
    where.add("action = ?", filter.action);
  if (filter.from) where.add("created_at >= ?", *filter.from);
  if (filter.until) where.add("created_at < ?", *filter.until);
  PageOf<AuditEntry> page;
  TRY(page.total,
      query_number(session, "SELECT count(*) FROM audit_log" + where.where(), where.parameters()));
  where.add_position("(created_at, id)", filter.page.after);
  std::string sql("SELECT ");
  sql.append(columns).append(" FROM audit_log").append(where.where());
  sql += " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?";
  TRY_VOID(session.query_span(sql, where.with_page(filter.page.page, filter.page.limit),
                              [&page](const SqlRow& row) -> Result<void> {
                                page.items.push_back(read_row(row));
                                return {};
                              }));
  return page;
}

Result<std::int64_t> remove_old(SqlSession& session, UnixMs until, int count_max) {
  std::vector<std::string> old;
  TRY_VOID(session.query("SELECT id FROM audit_log WHERE created_at < ? LIMIT ?",
                         {until, count_max}, [&old](const SqlRow& row) -> Result<void> {
                           old.emplace_back(row.text(0));
                           return {};
                         }));
  for (const auto& id : old) TRY_VOID(session.execute("DELETE FROM audit_log WHERE id = ?", {id}));
  return static_cast<std::int64_t>(old.size());
}

}  // namespace aiva::identity::audit_rows
