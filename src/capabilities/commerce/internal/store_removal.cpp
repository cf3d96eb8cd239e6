#include "capabilities/commerce/internal/store_removal.h"

#include <string_view>
#include <utility>

#include "capabilities/commerce/internal/catalogue_rows.h"
#include "capabilities/commerce/internal/pictures_table.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/syncs_table.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

constexpr int products_per_round = 500;

Result<void> stop_everything(SqlSession& sql, Core& core, TenantId tenant, StoreId store) {
  auto& jobs = core.parts.jobs;
  TRY_VOID(cancel_running_sync(sql, core, tenant, store));
  TRY_VOID(jobs.cancel(sql, events_job_kind, store.to_string()));
  TRY_VOID(jobs.cancel(sql, images_job_kind, store.to_string()));
  return StoresTable(sql).set_status(tenant, store, StoreStatus::paused, "It is being removed",
                                     core.parts.clock.unix_ms());
}

Result<void> remove_row(SqlSession& sql, Core& core, const StoreRow& row,
                        const identity::Caller& caller) {
  const auto& store = row.store;
  TRY_VOID(sql.execute("DELETE FROM product_changes WHERE store_id = ?", {store.id}));
  TRY(auto is_removed, StoresTable(sql).remove(store.tenant, store.id));
  if (!is_removed) return fail(ErrorCode::not_found, "No such store");
  json::Object details{{"kind", store.kind},
                       {"address", store.address},
                       {"kb_id", store.knowledge_base.to_string()}};
  return core.parts.audit_log.append(sql, caller,
                                     {.tenant = store.tenant,
                                      .action = "store.deleted",
                                      .resource_type = "store",
                                      .resource_id = store.id.to_string(),
                                      .details = json::to_text(details)});
}

// Some products; when there are none left the store itself, in the same transaction: no event that
// is still being followed comes in between. Answers whether it is gone.
Result<bool> remove_round(SqlSession& sql, Core& core, const StoreRow& row,
                          const identity::Caller& caller) {
  auto tenant = row.store.tenant;
  auto store = row.store.id;
  PicturesTable pictures(sql, tenant, store);
  TRY(auto removal, pictures.next_removal(products_per_round));
  if (removal.products.empty()) {
    TRY_VOID(remove_row(sql, core, row, caller));
    return true;
  }
  TRY(auto version, StoresTable(sql).next_version(tenant, store));
  CatalogueRows rows(sql, {.tenant = tenant, .store = store});
  for (const auto& product : removal.products) {
    TRY_VOID(rows.note_change(product, version));
    TRY_VOID(pictures.remove_product(product));
  }
  TRY_VOID(enqueue_orphans(sql, core.parts.jobs, tenant, store, removal.images));
  return false;
}

}  // namespace

Result<void> cancel_running_sync(SqlSession& sql, Core& core, TenantId tenant, StoreId store) {
  SyncsTable syncs(sql, core.parts.clock.unix_ms());
  TRY(auto running, syncs.unfinished(tenant, store));
  if (!running) return {};
  auto id = running->sync.id;
  TRY_VOID(syncs.end(tenant, id, SyncStatus::cancelled, "Cancelled"));
  return core.parts.jobs.cancel(sql, sync_job_kind, id.to_string());
}

Task<Result<void>> remove_store(CallContext context, Core& core, StoreId store,
                                identity::Caller caller) {
  StoreRow row;
  auto stopping = write(core.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(row, StoresTable(sql).get(context.tenant, store));
    return stop_everything(sql, core, context.tenant, store);
  });
  CO_TRY_VOID(co_await std::move(stopping));
  for (bool is_gone = false; !is_gone;) {
    CO_TRY_VOID(context.check());
    auto removing = write(core.parts.database, context,
                          [&](SqlSession& sql) { return remove_round(sql, core, row, caller); });
    CO_TRY(is_gone, co_await std::move(removing));
  }
  core.parts.index.erase(row.store.knowledge_base);
  core.parts.jobs.wake();
  std::string_view address(row.address);
  if (!address.starts_with(upload_prefix)) co_return Result<void>{};
  std::string key(address.substr(std::string_view(upload_prefix).size()));
  auto dropping = core.parts.objects.remove(context, std::move(key));
  auto dropped = co_await std::move(dropping);
  if (!dropped) log::failure("A feed could not be removed", context, dropped.error());
  co_return Result<void>{};
}

}  // namespace aiva::commerce
