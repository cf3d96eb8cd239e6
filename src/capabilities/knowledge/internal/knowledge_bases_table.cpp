#include "capabilities/knowledge/internal/knowledge_bases_table.h"

#include <string>
#include <utility>
#include <vector>

#include "capabilities/knowledge/internal/validation.h"

namespace aiva::knowledge {
namespace {

constexpr std::string_view select_base =
    "SELECT b.id, b.tenant_id, t.name, b.name, b.description, b.type, b.status, b.settings, "
    "b.document_count, b.chunk_count, b.version, b.created_at, b.updated_at "
    "FROM knowledge_bases b LEFT JOIN tenants t ON t.id = b.tenant_id ";

KnowledgeBase read_base(const SqlRow& row) {
  KnowledgeBase base{.id = row.id<KnowledgeBaseId>(0),
                     .tenant = row.id<TenantId>(1),
                     .tenant_name = std::string(row.text(2)),
                     .name = std::string(row.text(3)),
                     .description = std::string(row.text(4)),
                     .type = std::string(row.text(5)),
                     .status = std::string(row.text(6)),
                     .settings = std::string(row.text(7)),
                     .document_count = row.integer(8),
                     .chunk_count = row.integer(9),
                     .version = row.integer(10),
                     .created_at = row.integer(11),
                     .updated_at = row.integer(12)};
  base.chunks = read_chunk_settings(base.settings);
  return base;
}

std::unexpected<Error> no_such_base() {
  return fail(ErrorCode::not_found, "No such knowledge base");
}

// A broken unique key of this table is always the name's.
Error explain(Error error) {
  if (error.code == ErrorCode::conflict)
    error.message = "A knowledge base of this name exists already";
  return error;
}

}  // namespace

Result<void> KnowledgeBasesTable::insert(const KnowledgeBase& base) {
  auto inserted = sql_.execute(
      "INSERT INTO knowledge_bases (id, tenant_id, name, description, type, status, settings, "
      "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {base.id, base.tenant, base.name, base.description, base.type, base.status, base.settings,
       base.created_at, base.updated_at});
  if (!inserted) return fail(explain(std::move(inserted.error())));
  return {};
}

Result<KnowledgeBase> KnowledgeBasesTable::get(TenantId tenant, KnowledgeBaseId id) {
  std::optional<KnowledgeBase> base;
  TRY_VOID(sql_.query(std::string(select_base) + "WHERE b.id = ? AND b.tenant_id = ?", {id, tenant},
                      [&base](const SqlRow& row) -> Result<void> {
                        base = read_base(row);
                        return {};
                      }));
  if (!base) return no_such_base();
  return std::move(*base);
}

Result<PageOf<KnowledgeBase>> KnowledgeBasesTable::list(TenantId tenant,
                                                        const Knowledge::ListFilter& filter) {
  std::string where = "WHERE b.tenant_id = ?";
  std::vector<SqlValue> parameters = {tenant};
  if (filter.type) {
    where += " AND b.type = ?";
    parameters.emplace_back(*filter.type);
  }
  if (filter.status) {
    where += " AND b.status = ?";
    parameters.emplace_back(*filter.status);
  }
  PageOf<KnowledgeBase> page;
  TRY_VOID(sql_.query_span("SELECT COUNT(*) FROM knowledge_bases b " + where, parameters,
                           [&page](const SqlRow& row) -> Result<void> {
                             page.total = row.integer(0);
                             return {};
                           }));
  if (filter.page.after) {
    where += " AND (b.created_at, b.id) < (?, ?)";
    parameters.emplace_back(filter.page.after->key);
    parameters.emplace_back(filter.page.after->id);
  }
  parameters.emplace_back(filter.page.limit);
  parameters.emplace_back(std::int64_t{filter.page.page - 1} * filter.page.limit);
  auto sql =
      std::string(select_base) + where + " ORDER BY b.created_at DESC, b.id DESC LIMIT ? OFFSET ?";
  TRY_VOID(sql_.query_span(sql, parameters, [&page](const SqlRow& row) -> Result<void> {
    page.items.push_back(read_base(row));
    return {};
  }));
  return page;
}

Result<std::int64_t> KnowledgeBasesTable::count(TenantId tenant) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM knowledge_bases WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<void> KnowledgeBasesTable::update(const KnowledgeBase& base) {
  auto changed = sql_.execute(
      "UPDATE knowledge_bases SET name = ?, description = ?, type = ?, status = ?, settings = ?, "
      "updated_at = ? WHERE id = ? AND tenant_id = ?",
      {base.name, base.description, base.type, base.status, base.settings, base.updated_at, base.id,
       base.tenant});
  if (!changed) return fail(explain(std::move(changed.error())));
  if (*changed == 0) return no_such_base();
  return {};
}

Result<void> KnowledgeBasesTable::remove(TenantId tenant, KnowledgeBaseId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM knowledge_bases WHERE id = ? AND tenant_id = ?", {id, tenant}));
  if (removed == 0) return no_such_base();
  return {};
}

Result<void> KnowledgeBasesTable::add_documents(TenantId tenant, KnowledgeBaseId id,
                                                std::int64_t count, UnixMs now) {
  TRY(auto changed, sql_.execute("UPDATE knowledge_bases SET document_count = document_count + ?, "
                                 "updated_at = ? WHERE id = ? AND tenant_id = ?",
                                 {count, now, id, tenant}));
  if (changed == 0) return no_such_base();
  return {};
}

Result<std::int64_t> KnowledgeBasesTable::change_chunks(TenantId tenant, KnowledgeBaseId id,
                                                        std::span<const DocumentId> documents,
                                                        std::int64_t count, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE knowledge_bases SET chunk_count = chunk_count + ?, "
                   "version = version + 1, updated_at = ? WHERE id = ? AND tenant_id = ?",
                   {count, now, id, tenant}));
  TRY(auto changed, version(tenant, id));
  for (auto document : documents)
    TRY_VOID(
        sql_.execute("REPLACE INTO document_changes (kb_id, document_id, version) "
                     "VALUES (?, ?, ?)",
                     {id, document, changed}));
  return changed;
}

Result<std::int64_t> KnowledgeBasesTable::version(TenantId tenant, KnowledgeBaseId id) {
  std::optional<std::int64_t> version;
  TRY_VOID(sql_.query("SELECT version FROM knowledge_bases WHERE id = ? AND tenant_id = ?",
                      {id, tenant}, [&version](const SqlRow& row) -> Result<void> {
                        version = row.integer(0);
                        return {};
                      }));
  if (!version) return no_such_base();
  return *version;
}

Result<std::vector<std::int64_t>> KnowledgeBasesTable::versions(
    TenantId tenant, std::span<const KnowledgeBaseId> ids) {
  std::vector<std::int64_t> versions;
  versions.reserve(ids.size());
  for (auto id : ids) {
    TRY(auto found, version(tenant, id));
    versions.push_back(found);
  }
  return versions;
}

Result<std::unordered_map<KnowledgeBaseId, std::int64_t>> KnowledgeBasesTable::versions_of_all(
    std::span<const KnowledgeBaseId> ids) {
  std::unordered_map<KnowledgeBaseId, std::int64_t> versions;
  if (ids.empty()) return versions;
  std::string query = "SELECT id, version FROM knowledge_bases WHERE id IN (?";
  for (std::size_t i = 1; i < ids.size(); ++i) query += ",?";
  std::vector<SqlValue> parameters(ids.begin(), ids.end());
  TRY_VOID(sql_.query_span(query + ")", parameters, [&versions](const SqlRow& row) -> Result<void> {
    versions[row.id<KnowledgeBaseId>(0)] = row.integer(1);
    return {};
  }));
  return versions;
}

Result<bool> KnowledgeBasesTable::exists(KnowledgeBaseId id) {
  bool is_there = false;
  TRY_VOID(sql_.query("SELECT 1 FROM knowledge_bases WHERE id = ?", {id},
                      [&is_there](const SqlRow&) -> Result<void> {
                        is_there = true;
                        return {};
                      }));
  return is_there;
}

}  // namespace aiva::knowledge
