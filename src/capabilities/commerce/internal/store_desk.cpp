#include "capabilities/commerce/internal/store_desk.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "capabilities/commerce/internal/events_table.h"
#include "capabilities/commerce/internal/store_fields.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/store_removal.h"
#include "foundation/crypto.h"
#include "foundation/log.h"
#include "foundation/secret_box.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t feed_bytes_max = 64UL * 1024 * 1024;
constexpr std::array<std::string_view, 3> wanted_scopes = {"read_products", "read_inventory",
                                                           "read_orders"};

// Whoever may write may read.
bool has_scope(const std::vector<std::string>& scopes, std::string_view wanted) {
  auto writing = "write" + std::string(wanted.substr(std::string_view("read").size()));
  return std::ranges::any_of(
      scopes, [&](const std::string& scope) { return scope == wanted || scope == writing; });
}

// The fields that a change names, for the audit log.
json::Object names_of(const StoreChange& change) {
  json::Array names;
  if (change.token) names.emplace_back("token");
  if (change.app_secret) names.emplace_back("app_secret");
  if (change.address) names.emplace_back("address");
  if (change.uses_rest) names.emplace_back("uses_rest");
  if (change.schedule) names.emplace_back("schedule");
  if (change.scope) names.emplace_back("scope");
  json::Object details;
  details["fields"] = std::move(names);
  return details;
}

}  // namespace

Result<void> StoreDesk::audit(SqlSession& sql, const identity::Caller& caller, const Store& store,
                              std::string action, json::Object details) {
  details["kind"] = store.kind;
  details["address"] = store.address;
  details["kb_id"] = store.knowledge_base.to_string();
  return core_.parts.audit_log.append(sql, caller,
                                      {.tenant = store.tenant,
                                       .action = std::move(action),
                                       .resource_type = "store",
                                       .resource_id = store.id.to_string(),
                                       .details = json::to_text(details)});
}

Result<void> StoreDesk::check_place(SqlSession& sql, TenantId tenant, KnowledgeBaseId base) {
  StoresTable table(sql);
  TRY(auto other, table.of_base(tenant, base));
  if (other) return fail(ErrorCode::conflict, "The knowledge base has a store already");
  TRY(auto count, table.count(tenant));
  if (count >= static_cast<std::int64_t>(core_.settings.stores_per_tenant_max))
    return fail(ErrorCode::quota_exceeded, "As many stores as are allowed are connected");
  return {};
}

Task<Result<void>> StoreDesk::check_place(CallContext context, KnowledgeBaseId base) {
  auto getting = core_.parts.knowledge.get(context, base);
  CO_TRY_VOID(co_await std::move(getting));
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return check_place(sql, context.tenant, base); });
  auto outcome = co_await std::move(reading);
  co_return outcome;
}

Task<Result<void>> StoreDesk::look_at(CallContext context, StoreRow& row, std::string token,
                                      Storefront& storefront) {
  const auto& store = row.store;
  bool can_look = store.kind == shop_kind ? !token.empty() : !row.address.empty();
  if (!can_look) co_return Result<void>{};
  StoreAccess access{.kind = store.kind,
                     .address = row.address,
                     .token = std::move(token),
                     .uses_rest = store.uses_rest};
  auto identifying = storefront.identify(context, std::move(access));
  auto identity = co_await std::move(identifying);
  if (!identity) co_return fail(as_field_error(std::move(identity.error())));
  row.store.identity = std::move(*identity);
  co_return Result<void>{};
}

Task<Result<Store>> StoreDesk::connect(CallContext context, identity::Caller caller,
                                       NewStore wanted) {
  auto& storefront = core_.storefront_of(wanted.kind);
  CO_TRY(auto fresh, check_new_store(std::move(wanted), storefront));
  auto placing = check_place(context, fresh.knowledge_base);
  CO_TRY_VOID(co_await std::move(placing));
  auto now = core_.parts.clock.unix_ms();
  StoreRow row{.address = fresh.address, .created_by = context.user};
  row.store = {.id = StoreId::make(),
               .tenant = context.tenant,
               .knowledge_base = fresh.knowledge_base,
               .kind = fresh.kind,
               .address = fresh.address,
               .uses_rest = fresh.uses_rest,
               .scope = fresh.scope,
               .created_at = now};
  StoreChange change{.schedule = fresh.schedule};
  if (!fresh.token.empty()) change.token = fresh.token;
  if (!fresh.app_secret.empty()) change.app_secret = fresh.app_secret;
  apply(row, change, core_.parts.master_key, now);
  auto looking = look_at(context, row, fresh.token, storefront);
  CO_TRY_VOID(co_await std::move(looking));
  bool can_be_read = fresh.kind == shop_kind ? !fresh.token.empty() : !fresh.address.empty();
  if (!can_be_read)
    row.store.next_sync_at = 0;
  else if (fresh.schedule.is_automatic)
    row.store.next_sync_at = now;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(check_place(sql, context.tenant, fresh.knowledge_base));
    TRY_VOID(StoresTable(sql).insert(row));
    return audit(sql, caller, row.store, "store.connected");
  });
  CO_TRY_VOID(co_await std::move(writing));
  // Without its app's secret what it sends could not be verified.
  if (!fresh.token.empty() && !fresh.app_secret.empty()) {
    auto subscribing = subscribe(context, row.store.id);
    co_await std::move(subscribing);
  }
  auto getting = get(context, row.store.id);
  auto store = co_await std::move(getting);
  co_return store;
}

Task<Result<Store>> StoreDesk::get(CallContext context, StoreId id) {
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<Store> {
    TRY(auto row, StoresTable(sql).get(context.tenant, id));
    return std::move(row.store);
  });
  auto store = co_await std::move(reading);
  co_return store;
}

Task<Result<std::vector<Store>>> StoreDesk::list(CallContext context) {
  auto reading =
      read(core_.parts.database, context, [&](SqlSession& sql) -> Result<std::vector<Store>> {
        TRY(auto rows, StoresTable(sql).list(context.tenant));
        std::vector<Store> stores;
        for (auto& row : rows) stores.push_back(std::move(row.store));
        return stores;
      });
  auto stores = co_await std::move(reading);
  co_return stores;
}

Task<Result<Store>> StoreDesk::change(CallContext context, identity::Caller caller, StoreId id,
                                      StoreChange wanted) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).get(context.tenant, id); });
  CO_TRY(auto row, co_await std::move(reading));
  auto open = opener_.open(row);
  if (!open && !wanted.token) co_return fail(std::move(open.error()));
  auto kind = row.store.kind;
  CO_TRY(auto change, check_change(std::move(wanted), kind, core_.storefront_of(kind)));
  auto now = core_.parts.clock.unix_ms();
  apply(row, change, core_.parts.master_key, now);
  bool is_other_access = change.token || change.address || change.uses_rest;
  if (is_other_access) {
    bool keeps_token = open && !row.token_sealed.empty();
    auto token = change.token.value_or(keeps_token ? open->access.token : std::string());
    auto* storefront = &core_.storefront_of(kind);
    if (!change.token && keeps_token) storefront = open->storefront;
    auto looking = look_at(context, row, std::move(token), *storefront);
    CO_TRY_VOID(co_await std::move(looking));
  }
  auto identity = row.store.identity;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable table(sql);
    TRY(row, table.get(context.tenant, id));
    apply(row, change, core_.parts.master_key, now);
    if (is_other_access) row.store.identity = identity;
    TRY_VOID(table.update(row));
    return audit(sql, caller, row.store, "store.updated", names_of(change));
  });
  CO_TRY_VOID(co_await std::move(writing));
  bool is_verifiable = row.store.has_token && !row.app_secret_sealed.empty();
  if (is_verifiable && (change.token || change.app_secret)) {
    auto subscribing = subscribe(context, id);
    co_await std::move(subscribing);
  }
  auto getting = get(context, id);
  auto store = co_await std::move(getting);
  co_return store;
}

Task<Result<void>> StoreDesk::remove(CallContext context, identity::Caller caller, StoreId id) {
  return remove_store(std::move(context), core_, id, std::move(caller));
}

Task<Result<Store>> StoreDesk::pause(CallContext context, identity::Caller caller, StoreId id) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Store> {
    StoresTable table(sql);
    TRY(auto row, table.get(context.tenant, id));
    if (row.store.status == StoreStatus::paused) return std::move(row.store);
    TRY_VOID(cancel_running_sync(sql, core_, context.tenant, id));
    TRY_VOID(table.set_status(context.tenant, id, StoreStatus::paused, "", now));
    TRY_VOID(audit(sql, caller, row.store, "store.paused"));
    TRY(auto changed, table.get(context.tenant, id));
    return std::move(changed.store);
  });
  auto store = co_await std::move(writing);
  co_return store;
}

Task<Result<Store>> StoreDesk::resume(CallContext context, identity::Caller caller, StoreId id) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Store> {
    StoresTable table(sql);
    TRY(auto row, table.get(context.tenant, id));
    if (row.store.status == StoreStatus::active) return std::move(row.store);
    TRY_VOID(table.set_status(context.tenant, id, StoreStatus::active, "", now));
    if (row.store.schedule.is_automatic) TRY_VOID(table.set_next_sync(context.tenant, id, now));
    TRY(auto has_waiting, EventsTable(sql).has_waiting(id));
    if (has_waiting)
      TRY_VOID(enqueue_once(sql, core_.parts.jobs, make_events_job(context.tenant, id), false));
    TRY_VOID(audit(sql, caller, row.store, "store.resumed"));
    TRY(auto changed, table.get(context.tenant, id));
    return std::move(changed.store);
  });
  CO_TRY(auto store, co_await std::move(writing));
  core_.parts.jobs.wake();
  co_return store;
}

Task<Result<StoreReport>> StoreDesk::test(CallContext context, StoreId id) {
  auto begin = core_.parts.clock.steady();
  auto opening = opener_.open(context, id);
  auto store = co_await std::move(opening);
  StoreReport report;
  if (!store && store.error().code != ErrorCode::unavailable)
    co_return fail(std::move(store.error()));
  if (!store) {
    report.problem = store.error().message;
    co_return report;
  }
  auto examining = examine(context, *store, report);
  auto examined = co_await std::move(examining);
  CO_TRY_VOID(context.check());
  if (!examined) report.problem = examined.error().message;
  auto elapsed = core_.parts.clock.steady() - begin;
  report.time_ms = std::chrono::duration<double, std::milli>(elapsed).count();
  co_return report;
}

Task<Result<void>> StoreDesk::examine(CallContext context, const OpenStore& store,
                                      StoreReport& report) {
  bool is_shop = store.store.kind == shop_kind;
  if (is_shop && store.access.token.empty())
    co_return fail(ErrorCode::unauthenticated, "The store was not given a token yet");
  if (!is_shop && store.access.address.empty())
    co_return fail(ErrorCode::not_found, "The feed was not uploaded yet");
  auto identifying = store.storefront->identify(context, store.access);
  CO_TRY(report.identity, co_await std::move(identifying));
  report.is_reachable = true;
  for (auto wanted : wanted_scopes) {
    const auto& scopes = report.identity.scopes;
    if (is_shop && !scopes.empty() && !has_scope(scopes, wanted))
      report.missing_scopes.emplace_back(wanted);
  }
  auto counting = store.storefront->count_products(context, store.access, store.store.scope, 0);
  CO_TRY(report.products, co_await std::move(counting));
  co_return Result<void>{};
}

Task<Result<std::vector<StoreCollection>>> StoreDesk::collections(CallContext context, StoreId id) {
  auto opening = opener_.open(context, id);
  CO_TRY(auto store, co_await std::move(opening));
  auto listing = store.storefront->list_collections(context, store.access);
  auto found = co_await std::move(listing);
  if (!found) co_return fail(as_store_failure(std::move(found.error())));
  co_return found;
}

Task<Result<void>> StoreDesk::upload_feed(CallContext context, StoreId id, std::string content) {
  auto getting = get(context, id);
  CO_TRY(auto store, co_await std::move(getting));
  if (store.kind != feed_kind)
    co_return fail(invalid_field("file", "can be uploaded for feeds alone"));
  if (content.empty()) co_return fail(invalid_field("file", "must not be empty"));
  if (content.size() > feed_bytes_max)
    co_return fail(ErrorCode::too_large, "A feed may have at most 64 MB");
  auto staged = core_.parts.objects.staging_folder() / ("feed-" + random_token(16));
  auto keep_file = [&]() -> Result<void> {
    std::ofstream file(staged, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) return fail(ErrorCode::unavailable, "The feed cannot be stored", staged.string());
    return {};
  };
  auto keeping = run_on(core_.parts.compute, context, keep_file);
  CO_TRY_VOID(co_await std::move(keeping));
  auto key = feed_key_prefix + context.tenant.to_string() + "/" + id.to_string();
  auto putting = core_.parts.objects.put_file(context, key, staged);
  auto put = co_await std::move(putting);
  std::error_code ignored;
  if (!put) std::filesystem::remove(staged, ignored);
  if (!put) co_return fail(std::move(put.error()));
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable table(sql);
    TRY(auto row, table.get(context.tenant, id));
    row.address = upload_prefix + key;
    row.read_until = 0;
    bool is_mended = row.store.status == StoreStatus::error;
    if (is_mended) row.store.status = StoreStatus::active;
    if (is_mended) row.store.error.clear();
    if (row.store.schedule.is_automatic) row.store.next_sync_at = now;
    row.store.updated_at = now;
    return table.update(row);
  });
  auto written = co_await std::move(writing);
  co_return written;
}

}  // namespace aiva::commerce
