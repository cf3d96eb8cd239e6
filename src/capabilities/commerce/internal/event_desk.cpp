#include "capabilities/commerce/internal/event_desk.h"

#include <utility>

#include "capabilities/commerce/internal/prepared_product.h"
#include "capabilities/commerce/internal/store_jobs.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t key_bytes_max = 200;
constexpr std::size_t title_bytes_max = 1024;
constexpr int removed_at_once = 500;

// The same for each delivery of one event, and another for another topic.
std::string key_of(const StoreEvent& event, std::string_view body) {
  auto what = event.event.empty() ? event.delivery : event.event;
  if (what.empty()) what = to_hex(sha256(body));
  auto key = what + " " + event.topic;
  if (key.size() > key_bytes_max || !is_store_id(key)) key = to_hex(sha256(key));
  return key;
}

// An id out of an event, or nothing where it is none.
std::string id_or_nothing(const std::string& id) { return is_store_id(id) ? id : std::string(); }

// A title as rows of products have it; nothing where there is none to compare.
std::string kept_title(const std::string& title) {
  if (title.size() > title_bytes_max || !is_valid_utf8(title)) return {};
  return title.contains('\0') ? std::string() : title;
}

bool speaks_of_products(StoreEvent::Kind kind) {
  switch (kind) {
    case StoreEvent::Kind::product_changed:
    case StoreEvent::Kind::product_deleted:
    case StoreEvent::Kind::inventory_changed:
    case StoreEvent::Kind::collection_changed: return true;
    case StoreEvent::Kind::order_changed:
    case StoreEvent::Kind::uninstalled:
    case StoreEvent::Kind::customer_data_request:
    case StoreEvent::Kind::customer_redact:
    case StoreEvent::Kind::shop_redact:
    case StoreEvent::Kind::other: return false;
  }
  return false;
}

std::unexpected<Error> not_authentic() {
  return fail(ErrorCode::unauthenticated, "The event is not signed by the store");
}

}  // namespace

EventDesk::EventDesk(Core& core, StoreOpener& opener)
    : core_(core),
      opener_(opener),
      taken_(core.parts.metrics.counter("aiva_store_events_total", "Events that stores sent",
                                        {{"outcome", "taken"}})),
      refused_(core.parts.metrics.counter("aiva_store_events_total", "Events that stores sent",
                                          {{"outcome", "refused"}})) {}

Task<Result<void>> EventDesk::take(CallContext context, StoreId store,
                                   std::vector<HttpHeader> headers, std::string body) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).find_of_any(store); });
  CO_TRY(auto row, co_await std::move(reading));
  if (!row) co_return fail(ErrorCode::not_found, "No such store");
  auto event = verify(*row, headers, body);
  if (!event) refused_.add();
  if (!event) co_return fail(std::move(event.error()));
  auto key = key_of(*event, body);
  auto noting = note(context, std::move(*row), std::move(*event), std::move(key));
  auto noted = co_await std::move(noting);
  co_return noted;
}

Task<Result<void>> EventDesk::take_for_shop(CallContext context, std::vector<HttpHeader> headers,
                                            std::string body) {
  const auto& storefront = core_.parts.shopify;
  const auto& secret = core_.settings.app.client_secret;
  auto event = secret.empty() ? not_authentic() : storefront.read_event(headers, body, secret);
  if (!event) refused_.add();
  if (!event) co_return fail(std::move(event.error()));
  CO_TRY(auto address, storefront.fit_address(event->domain));
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return StoresTable(sql).of_app(address); });
  CO_TRY(auto rows, co_await std::move(reading));
  auto key = key_of(*event, body);
  for (auto& row : rows) {
    // Nobody could follow it; with a token everything is read anyway.
    if (speaks_of_products(event->kind) && !row.store.has_token) continue;
    auto noting = note(context, std::move(row), *event, key);
    CO_TRY_VOID(co_await std::move(noting));
  }
  co_return Result<void>{};
}

Task<Result<void>> EventDesk::note(CallContext context, StoreRow row, StoreEvent event,
                                   std::string key) {
  context.tenant = row.store.tenant;
  EventRow event_row{.event = std::move(key),
                     .topic = id_or_nothing(event.topic),
                     .product_id = id_or_nothing(event.product_id),
                     .inventory_item_id = id_or_nothing(event.inventory_item_id),
                     .order_id = id_or_nothing(event.order_id),
                     .collection = {.id = id_or_nothing(event.collection.id),
                                    .title = kept_title(event.collection.title)},
                     .triggered_at = event.triggered_at,
                     .created_at = core_.parts.clock.unix_ms()};
  auto writing = write(core_.parts.database, context,
                       [&](SqlSession& sql) { return write_down(sql, row, event, event_row); });
  CO_TRY_VOID(co_await std::move(writing));
  taken_.add();
  core_.parts.jobs.wake();
  co_return Result<void>{};
}

Result<StoreEvent> EventDesk::verify(const StoreRow& row, const std::vector<HttpHeader>& headers,
                                     const std::string& body) const {
  const auto& storefront = core_.storefront_of(row.store.kind);
  if (!storefront.abilities().has_webhooks) return fail(ErrorCode::not_found, "No such store");
  TRY(auto secret, opener_.event_secret(row));
  if (secret.empty()) return not_authentic();
  TRY(auto event, storefront.read_event(headers, body, secret));
  if (event.domain.empty()) return event;
  // One app's secret signs the events of every shop that installed it.
  auto domain = storefront.fit_address(event.domain);
  if (!domain || *domain != row.address) return not_authentic();
  return event;
}

Result<void> EventDesk::write_down(SqlSession& sql, const StoreRow& row, const StoreEvent& event,
                                   const EventRow& event_row) {
  if (speaks_of_products(event.kind)) return follow_products(sql, row, event_row);
  TRY(auto is_new, EventsTable(sql).insert(row.store.id, event_row, false));
  if (!is_new) return {};
  const auto& store = row.store;
  switch (event.kind) {
    case StoreEvent::Kind::uninstalled: {
      // It may come after the owner has installed the app anew.
      TRY(auto is_forgotten,
          StoresTable(sql).forget_token(store.tenant, store.id, event_row.triggered_at,
                                        "uninstalled", event_row.created_at));
      if (!is_forgotten) return {};
      return audit(sql, row, "store.uninstalled", event.topic);
    }
    case StoreEvent::Kind::customer_data_request:
      return audit(sql, row, "store.customer_data_requested", event.topic);
    case StoreEvent::Kind::customer_redact:
      return audit(sql, row, "store.customer_redacted", event.topic);
    case StoreEvent::Kind::shop_redact: {
      auto job = make_events_job(store.tenant, store.id);
      job.subject = "redact:" + store.id.to_string();
      job.payload = to_json(StoreTask{.removes_store = true});
      TRY_VOID(core_.parts.jobs.enqueue(sql, std::move(job)));
      return audit(sql, row, "store.redacted", event.topic);
    }
    case StoreEvent::Kind::product_changed:
    case StoreEvent::Kind::product_deleted:
    case StoreEvent::Kind::inventory_changed:
    case StoreEvent::Kind::collection_changed:
    case StoreEvent::Kind::order_changed:  // orders are asked for when somebody wants to know
    case StoreEvent::Kind::other: return {};
  }
  return {};
}

Result<void> EventDesk::follow_products(SqlSession& sql, const StoreRow& row,
                                        const EventRow& event_row) {
  bool is_about_any = !event_row.product_id.empty() || !event_row.inventory_item_id.empty() ||
                      !event_row.collection.id.empty();
  if (!is_about_any) return fail(ErrorCode::invalid, "The event names no product");
  EventsTable events(sql);
  TRY(auto did_wait, events.has_waiting(row.store.id));
  TRY(auto is_new, events.insert(row.store.id, event_row, true));
  bool is_followed = is_new && row.store.status != StoreStatus::paused;
  if (!is_followed) return {};
  return enqueue_once(sql, core_.parts.jobs, make_events_job(row.store.tenant, row.store.id),
                      did_wait);
}

// Nothing of customers is kept, so there is nothing to hand out or to remove; that it was asked for
// stands in the audit log.
Result<void> EventDesk::audit(SqlSession& sql, const StoreRow& row, std::string action,
                              const std::string& topic) {
  json::Object details{{"topic", id_or_nothing(topic)}, {"address", row.store.address}};
  return core_.parts.audit_log.append(sql, {},
                                      {.tenant = row.store.tenant,
                                       .actor = "store",
                                       .action = std::move(action),
                                       .resource_type = "store",
                                       .resource_id = row.store.id.to_string(),
                                       .details = json::to_text(details)});
}

Task<Result<std::int64_t>> EventDesk::remove_old(CallContext context, std::chrono::days age) {
  auto before = core_.parts.clock.unix_ms() - std::chrono::milliseconds(age).count();
  std::int64_t count = 0;
  for (std::int64_t removed = removed_at_once; removed == removed_at_once;) {
    CO_TRY_VOID(context.check());
    auto removing = write(core_.parts.database, context, [before](SqlSession& sql) {
      return EventsTable(sql).remove_before(before, removed_at_once);
    });
    CO_TRY(removed, co_await std::move(removing));
    count += removed;
  }
  co_return count;
}

}  // namespace aiva::commerce
