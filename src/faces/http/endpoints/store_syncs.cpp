#include "faces/http/endpoints/store_syncs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "faces/http/endpoints/store_json.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using commerce::StoreId;
using commerce::Sync;
using commerce::SyncId;
using commerce::SyncType;
using identity::Permission;
using Parts = StoreSyncParts;

constexpr json::Fields::TextLimits name_limits{.length_max = 64};

// Which store is to be read: itself, or the knowledge base that has it.
struct SyncWish {
  std::optional<StoreId> store{};
  std::optional<KnowledgeBaseId> base{};
  SyncType type = SyncType::full;
};

template <class IdType>
std::optional<IdType> read_id(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, name_limits);
  if (!text) return std::nullopt;
  auto id = IdType::parse(*text);
  if (!id) fields.add_error(name, "must be an id");
  return id;
}

Result<SyncWish> read_wish(const json::Value& body) {
  json::Fields fields(body);
  SyncWish wish{.store = read_id<StoreId>(fields, "store_id"),
                .base = read_id<KnowledgeBaseId>(fields, "kb_id")};
  if (fields.has("store_id") == fields.has("kb_id"))
    fields.add_error("store_id", "or kb_id is required, and not both");
  if (auto text = fields.optional_text("type", name_limits)) {
    auto type = commerce::parse_sync_type(*text);
    if (!type) fields.add_error("type", "must be full, incremental or manual_sync");
    wish.type = type.value_or(wish.type);
  }
  TRY_VOID(fields.finish());
  return wish;
}

Task<Result<StoreId>> find_store(Parts parts, CallContext context, SyncWish wish) {
  if (wish.store) co_return *wish.store;
  auto listing = parts.stores.list(std::move(context));
  CO_TRY(auto stores, co_await std::move(listing));
  auto found = std::ranges::find(stores, *wish.base, &commerce::Store::knowledge_base);
  if (found == stores.end())
    co_return fail(ErrorCode::not_found, "No such knowledge base, or it has no store");
  co_return found->id;
}

Response sync_response(const Sync& sync, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_sync(writer, sync); }, status);
}

Task<Result<Response>> start_sync(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto wish, read_wish(body));
  auto finding = find_store(parts, context, wish);
  CO_TRY(auto store, co_await std::move(finding));
  auto starting = parts.syncs.start(std::move(context), store, wish.type);
  CO_TRY(auto sync, co_await std::move(starting));
  co_return sync_response(sync, 202);
}

Task<Result<Response>> list_syncs(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "syncs"));
  commerce::Syncs::Filter filter{.page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(filter.store, query_id<StoreId>(request, "store_id"));
  if (auto status = request.query_text("status")) {
    filter.status = commerce::parse_sync_status(*status);
    if (!filter.status) co_return fail(invalid_field("status", "is no status of jobs"));
  }
  auto listing = parts.syncs.list(std::move(context), filter);
  CO_TRY(auto syncs, co_await std::move(listing));
  co_return list_response(syncs, wanted, write_sync);
}

Task<Result<Response>> get_sync(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SyncId>("jobId"));
  auto getting = parts.syncs.get(std::move(context), id);
  CO_TRY(auto sync, co_await std::move(getting));
  co_return sync_response(sync);
}

Task<Result<Response>> cancel_sync(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SyncId>("jobId"));
  auto cancelling = parts.syncs.cancel(std::move(context), id);
  CO_TRY(auto sync, co_await std::move(cancelling));
  co_return sync_response(sync);
}

Task<Result<void>> tell(EventWriter& events, Sync sync) {
  std::string text;
  JsonWriter writer(text);
  write_sync(writer, sync);
  auto sending = events.send("status", std::move(text));
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<Response>> stream_sync(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SyncId>("jobId"));
  auto getting = parts.syncs.get(context, id);
  CO_TRY([[maybe_unused]] auto sync, co_await std::move(getting));
  co_return event_stream(
      [&syncs = parts.syncs, id, tenant = context.tenant](CallContext call, EventWriter& events) {
        call.tenant = tenant;
        return syncs.follow(std::move(call), id,
                            [&events](Sync now) { return tell(events, std::move(now)); });
      });
}

}  // namespace

std::vector<Route> store_sync_routes(StoreSyncParts parts) {
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto may_manage = Right::needs(Permission::stores_manage);
  RouteOptions bodiless{.body = BodyKind::none};
  RouteOptions streaming{.is_streaming = true, .ends_on_drain = true};

  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/shopify/:tenantId/sync", may_manage, bind(start_sync)});
  routes.push_back({Method::get, "/api/shopify/:tenantId/jobs", may_manage, bind(list_syncs)});
  routes.push_back({Method::get, "/api/shopify/:tenantId/jobs/:jobId", may_manage, bind(get_sync)});
  routes.push_back({Method::get, "/api/shopify/:tenantId/jobs/:jobId/events", may_manage,
                    bind(stream_sync), streaming});
  routes.push_back({Method::post, "/api/shopify/:tenantId/jobs/:jobId/cancel", may_manage,
                    bind(cancel_sync), bodiless});
  return routes;
}

}  // namespace aiva::http
