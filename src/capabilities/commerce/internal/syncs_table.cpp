#include "capabilities/commerce/internal/syncs_table.h"

#include <algorithm>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t error_bytes_max = 1000;

constexpr std::string_view columns =
    "SELECT id, tenant_id, store_id, kb_id, job_type, status, step, place, total_products, "
    "processed_products, failed_products, total_images, processed_images, failed_images, added, "
    "updated, unchanged, deleted, error_message, created_at, started_at, completed_at "
    "FROM store_syncs ";
constexpr std::string_view is_unfinished = " AND status IN ('pending', 'processing')";

// When it will have ended, if it goes on as it went; 0: it cannot be told.
UnixMs estimated_end(const Sync& sync, UnixMs now) {
  bool is_told = sync.status == SyncStatus::processing && sync.processed_products > 0 &&
                 sync.total_products >= sync.processed_products && sync.started_at > 0;
  if (!is_told) return 0;
  auto elapsed = static_cast<double>(std::max<UnixMs>(now - sync.started_at, 1));
  auto left = static_cast<double>(sync.total_products - sync.processed_products);
  return now + static_cast<UnixMs>(elapsed * left / static_cast<double>(sync.processed_products));
}

SyncRow read_row(const SqlRow& row, UnixMs now) {
  SyncRow found{.place = std::string(row.text(7))};
  auto& sync = found.sync;
  sync.id = row.id<SyncId>(0);
  sync.tenant = row.id<TenantId>(1);
  sync.store = row.id<StoreId>(2);
  sync.knowledge_base = row.id<KnowledgeBaseId>(3);
  sync.type = parse_sync_type(row.text(4)).value_or(SyncType::full);
  sync.status = parse_sync_status(row.text(5)).value_or(SyncStatus::failed);
  sync.step = row.text(6);
  sync.total_products = row.integer(8);
  sync.processed_products = row.integer(9);
  sync.failed_products = row.integer(10);
  sync.total_images = row.integer(11);
  sync.processed_images = row.integer(12);
  sync.failed_images = row.integer(13);
  sync.added = row.integer(14);
  sync.updated = row.integer(15);
  sync.unchanged = row.integer(16);
  sync.deleted = row.integer(17);
  sync.error = row.text(18);
  sync.created_at = row.integer(19);
  sync.started_at = row.integer(20);
  sync.completed_at = row.integer(21);
  sync.estimated_completion_at = estimated_end(sync, now);
  return found;
}

}  // namespace

Result<void> SyncsTable::insert(const Sync& sync) {
  TRY_VOID(
      sql_.execute("INSERT INTO store_syncs (id, tenant_id, store_id, kb_id, job_type, status, "
                   "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   {sync.id, sync.tenant, sync.store, sync.knowledge_base, to_string(sync.type),
                    to_string(sync.status), sync.created_at, sync.created_at}));
  return {};
}

Result<SyncRow> SyncsTable::get(TenantId tenant, SyncId id) {
  TRY(auto found, find(tenant, id));
  if (!found) return fail(ErrorCode::not_found, "No such sync");
  return std::move(*found);
}

Result<std::optional<SyncRow>> SyncsTable::find(TenantId tenant, SyncId id) {
  std::vector<SqlValue> parameters{id, tenant};
  TRY(auto found, rows("WHERE id = ? AND tenant_id = ?", parameters));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<knowledge::PageOf<Sync>> SyncsTable::list(TenantId tenant, const Syncs::Filter& filter) {
  std::string where = "WHERE tenant_id = ?";
  std::vector<SqlValue> parameters{tenant};
  if (filter.store) {
    where += " AND store_id = ?";
    parameters.emplace_back(*filter.store);
  }
  if (filter.status) {
    where += " AND status = ?";
    parameters.emplace_back(to_string(*filter.status));
  }
  knowledge::PageOf<Sync> page;
  TRY_VOID(sql_.query_span("SELECT COUNT(*) FROM store_syncs " + where, parameters,
                           [&page](const SqlRow& row) -> Result<void> {
                             page.total = row.integer(0);
                             return {};
                           }));
  if (filter.page.after) {
    where += " AND (created_at, id) < (?, ?)";
    parameters.emplace_back(filter.page.after->key);
    parameters.emplace_back(filter.page.after->id);
  }
  auto offset = filter.page.after
                    ? std::int64_t{0}
                    : static_cast<std::int64_t>(filter.page.page - 1) * filter.page.limit;
  parameters.emplace_back(filter.page.limit);
  parameters.emplace_back(offset);
  TRY(auto found, rows(where + " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?", parameters));
  for (auto& row : found) page.items.push_back(std::move(row.sync));
  return page;
}

Result<std::optional<SyncRow>> SyncsTable::unfinished(TenantId tenant, StoreId store) {
  std::vector<SqlValue> parameters{store, tenant};
  TRY(auto found,
      rows("WHERE store_id = ? AND tenant_id = ?" + std::string(is_unfinished), parameters));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<bool> SyncsTable::move(TenantId tenant, SyncId id, const Step& step) {
  const auto& counts = step.counts;
  TRY(auto changed,
      sql_.execute(
          "UPDATE store_syncs SET place = ?, step = ?, status = 'processing', "
          "started_at = CASE WHEN started_at = 0 THEN ? ELSE started_at END, "
          "total_products = COALESCE(?, total_products), "
          "processed_products = processed_products + ?, failed_products = failed_products + ?, "
          "added = added + ?, updated = updated + ?, unchanged = unchanged + ?, "
          "deleted = deleted + ?, updated_at = ? WHERE id = ? AND tenant_id = ? AND place = ?" +
              std::string(is_unfinished),
          {step.to, step.name, now_, step.total, counts.processed, counts.failed, counts.added,
           counts.updated, counts.unchanged, counts.deleted, now_, id, tenant, step.from}));
  return changed == 1;
}

Result<void> SyncsTable::set_total(TenantId tenant, SyncId id, std::int64_t total) {
  TRY_VOID(
      sql_.execute("UPDATE store_syncs SET total_products = ?, updated_at = ? WHERE id = ? "
                   "AND tenant_id = ?" +
                       std::string(is_unfinished),
                   {total, now_, id, tenant}));
  return {};
}

Result<bool> SyncsTable::end(TenantId tenant, SyncId id, SyncStatus status,
                             std::string_view error) {
  TRY(auto changed,
      sql_.execute(
          "UPDATE store_syncs SET status = ?, error_message = ?, completed_at = ?, "
          "updated_at = ? WHERE id = ? AND tenant_id = ?" +
              std::string(is_unfinished),
          {to_string(status), utf8_prefix(error, error_bytes_max), now_, now_, id, tenant}));
  return changed == 1;
}

Result<void> SyncsTable::set_step(TenantId tenant, SyncId id, std::string_view step) {
  TRY_VOID(
      sql_.execute("UPDATE store_syncs SET step = ?, updated_at = ? WHERE id = ? "
                   "AND tenant_id = ?",
                   {step, now_, id, tenant}));
  return {};
}

Result<void> SyncsTable::count_images(TenantId tenant, StoreId store, std::int64_t processed,
                                      std::int64_t failed, std::int64_t waiting) {
  TRY(auto id, newest(tenant, store));
  if (!id) return {};
  TRY_VOID(
      sql_.execute("UPDATE store_syncs SET total_images = processed_images + failed_images + ?, "
                   "processed_images = processed_images + ?, failed_images = failed_images + ?, "
                   "step = CASE WHEN status = 'completed' THEN ? ELSE step END, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ?",
                   {processed + failed + waiting, processed, failed,
                    waiting > 0 ? "images" : "done", now_, *id, tenant}));
  return {};
}

Result<void> SyncsTable::note_image_problem(TenantId tenant, StoreId store,
                                            std::string_view error) {
  TRY(auto id, newest(tenant, store));
  if (!id) return {};
  TRY_VOID(
      sql_.execute("UPDATE store_syncs SET error_message = ?, updated_at = ? WHERE id = ? "
                   "AND tenant_id = ?",
                   {utf8_prefix(error, error_bytes_max), now_, *id, tenant}));
  return {};
}

Result<std::optional<SyncId>> SyncsTable::newest(TenantId tenant, StoreId store) {
  std::optional<SyncId> found;
  TRY_VOID(
      sql_.query("SELECT id FROM store_syncs WHERE store_id = ? AND tenant_id = ? "
                 "ORDER BY created_at DESC, id DESC LIMIT 1",
                 {store, tenant}, [&found](const SqlRow& row) -> Result<void> {
                   found = row.id<SyncId>(0);
                   return {};
                 }));
  return found;
}

Result<std::vector<SyncRow>> SyncsTable::rows(std::string_view where,
                                              std::span<const SqlValue> parameters) {
  std::vector<SyncRow> found;
  TRY_VOID(sql_.query_span(std::string(columns) + std::string(where), parameters,
                           [&](const SqlRow& row) -> Result<void> {
                             found.push_back(read_row(row, now_));
                             return {};
                           }));
  return found;
}

}  // namespace aiva::commerce
