#include "capabilities/agents/internal/versions_table.h"

#include <string>
#include <utility>

#include "capabilities/agents/settings_json.h"

namespace aiva::agents {
namespace {

constexpr std::string_view select_version =
    "SELECT v.agent_id, v.version, v.settings, v.changed_by, v.created_at, v.updated_at, "
    "v.published_at, a.published_version FROM agent_versions v JOIN agents a ON a.id = v.agent_id ";

Result<AgentVersion> read_version(const SqlRow& row) {
  AgentVersion version{.agent = row.id<AgentId>(0),
                       .version = row.integer(1),
                       .changed_by = row.id<UserId>(3),
                       .created_at = row.integer(4),
                       .updated_at = row.integer(5),
                       .is_published = row.integer(1) == row.integer(7)};
  if (!row.is_null(6)) version.published_at = row.integer(6);
  TRY(version.settings, parse_settings(row.text(2)));
  return version;
}

std::string changed_by(const AgentVersion& version) {
  return version.changed_by.is_nil() ? std::string() : version.changed_by.to_string();
}

}  // namespace

Result<void> VersionsTable::insert(TenantId tenant, const AgentVersion& version) {
  auto settings = settings_text(version.settings);
  auto user = changed_by(version);
  TRY_VOID(sql_.execute(
      "INSERT INTO agent_versions (agent_id, version, tenant_id, settings, changed_by, created_at, "
      "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      {version.agent, version.version, tenant, settings, user, version.created_at,
       version.updated_at}));
  return {};
}

Result<void> VersionsTable::update(TenantId tenant, const AgentVersion& version) {
  auto settings = settings_text(version.settings);
  auto user = changed_by(version);
  TRY(auto changed,
      sql_.execute("UPDATE agent_versions SET settings = ?, changed_by = ?, updated_at = ? "
                   "WHERE agent_id = ? AND version = ? AND tenant_id = ? AND published_at IS NULL",
                   {settings, user, version.updated_at, version.agent, version.version, tenant}));
  if (changed == 0) return fail(internal_error("A version that was published was to be changed"));
  return {};
}

Result<AgentVersion> VersionsTable::get(TenantId tenant, AgentId agent, std::int64_t version) {
  std::optional<AgentVersion> found;
  TRY_VOID(sql_.query(
      std::string(select_version) + "WHERE v.agent_id = ? AND v.version = ? AND v.tenant_id = ?",
      {agent, version, tenant}, [&found](const SqlRow& row) -> Result<void> {
        TRY(found, read_version(row));
        return {};
      }));
  if (!found) return fail(ErrorCode::not_found, "The agent has no such version");
  return std::move(*found);
}

Result<PageOf<AgentVersion>> VersionsTable::list(TenantId tenant, AgentId agent,
                                                 const PageRequest& page) {
  PageOf<AgentVersion> versions;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM agent_versions WHERE agent_id = ? AND tenant_id = ?",
                      {agent, tenant}, [&versions](const SqlRow& row) -> Result<void> {
                        versions.total = row.integer(0);
                        return {};
                      }));
  auto before = page.after.value_or(before_newest).key;
  TRY_VOID(sql_.query(std::string(select_version) +
                          "WHERE v.agent_id = ? AND v.tenant_id = ? AND v.version < ? "
                          "ORDER BY v.version DESC LIMIT ? OFFSET ?",
                      {agent, tenant, before, page.limit, std::int64_t{page.page - 1} * page.limit},
                      [&versions](const SqlRow& row) -> Result<void> {
                        TRY(auto version, read_version(row));
                        versions.items.push_back(std::move(version));
                        return {};
                      }));
  return versions;
}

Result<void> VersionsTable::set_published(TenantId tenant, AgentId agent, std::int64_t version,
                                          UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE agent_versions SET published_at = ? "
                   "WHERE agent_id = ? AND version = ? AND tenant_id = ?",
                   {now, agent, version, tenant}));
  return {};
}

Result<std::optional<std::int64_t>> VersionsTable::published_before(TenantId tenant, AgentId agent,
                                                                    std::int64_t current) {
  std::optional<std::int64_t> version;
  TRY_VOID(sql_.query(
      "SELECT version FROM agent_versions WHERE agent_id = ? AND tenant_id = ? AND version <> ? "
      "AND published_at IS NOT NULL ORDER BY published_at DESC, version DESC LIMIT 1",
      {agent, tenant, current}, [&version](const SqlRow& row) -> Result<void> {
        version = row.integer(0);
        return {};
      }));
  return version;
}

Result<void> VersionsTable::remove_until(TenantId tenant, AgentId agent, std::int64_t version,
                                         std::int64_t published) {
  TRY_VOID(sql_.execute(
      "DELETE FROM agent_versions WHERE agent_id = ? AND tenant_id = ? AND version <= ? "
      "AND version <> ?",
      {agent, tenant, version, published}));
  return {};
}

}  // namespace aiva::agents
