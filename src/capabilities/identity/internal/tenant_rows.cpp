#include "capabilities/identity/internal/tenant_rows.h"

#include <string>

#include "capabilities/identity/internal/sql_filter.h"

namespace aiva::identity::tenant_rows {
namespace {

constexpr std::string_view select =
    "SELECT t.id, t.name, t.company_name, t.is_active, t.registration_enabled, "
    "t.requests_per_minute_max, t.created_at, t.updated_at, "
    "(SELECT count(*) FROM users u WHERE u.tenant_id = t.id) FROM tenants t";

Tenant read_row(const SqlRow& row) {
  return {.id = row.id<TenantId>(0),
          .name = std::string(row.text(1)),
          .company_name = std::string(row.text(2)),
          .is_active = row.integer(3) != 0,
          .registration_enabled = row.integer(4) != 0,
          .requests_per_minute_max = row.integer(5),
          .user_count = row.integer(8),
          .created_at = row.integer(6),
          .updated_at = row.integer(7)};
}

}  // namespace

Result<void> insert(SqlSession& session, const Tenant& tenant) {
  TRY_VOID(session.execute(
      "INSERT INTO tenants (id, name, company_name, is_active, registration_enabled, "
      "requests_per_minute_max, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {tenant.id, tenant.name, tenant.company_name, tenant.is_active, tenant.registration_enabled,
       tenant.requests_per_minute_max, tenant.created_at, tenant.updated_at}));
  return {};
}

Result<std::optional<Tenant>> find(SqlSession& session, TenantId id) {
  std::optional<Tenant> found;
  TRY_VOID(session.query(std::string(select) + " WHERE t.id = ?", {id},
                         [&found](const SqlRow& row) -> Result<void> {
                           found = read_row(row);
                           return {};
                         }));
  return found;
}

Result<PageOf<Tenant>> list(SqlSession& session, std::optional<TenantId> only,
                            const TenantFilter& filter) {
  SqlFilter where;
  auto pattern = contains_pattern(filter.search);
  if (only) where.add("t.id = ?", *only);
  if (!filter.search.empty())
    where.add(
        "(LOWER(t.name) LIKE LOWER(?) ESCAPE '!' OR "
        "LOWER(t.company_name) LIKE LOWER(?) ESCAPE '!')",
        pattern, pattern);
  if (filter.is_active) where.add("t.is_active = ?", *filter.is_active);
  PageOf<Tenant> page;
  TRY(page.total,
      query_number(session, "SELECT count(*) FROM tenants t" + where.where(), where.parameters()));
  where.add_position("(t.created_at, t.id)", filter.page.after);
  TRY_VOID(session.query_span(std::string(select) + where.where() +
                                  " ORDER BY t.created_at DESC, t.id DESC LIMIT ? OFFSET ?",
                              where.with_page(filter.page.page, filter.page.limit),
                              [&page](const SqlRow& row) -> Result<void> {
                                page.items.push_back(read_row(row));
                                return {};
                              }));
  return page;
}

Result<void> update(SqlSession& session, const Tenant& tenant) {
  TRY_VOID(session.execute(
      "UPDATE tenants SET name = ?, company_name = ?, is_active = ?, registration_enabled = ?, "
      "requests_per_minute_max = ?, updated_at = ? WHERE id = ?",
      {tenant.name, tenant.company_name, tenant.is_active, tenant.registration_enabled,
       tenant.requests_per_minute_max, tenant.updated_at, tenant.id}));
  return {};
}

}  // namespace aiva::identity::tenant_rows
