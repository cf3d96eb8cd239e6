#include "faces/http/endpoints/stores.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/consent_page.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/store_json.h"
#include "faces/http/endpoints/store_request.h"
#include "faces/http/error_table.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using commerce::Store;
using commerce::StoreId;
using commerce::Stores;
using identity::Permission;

constexpr std::chrono::seconds store_answers_within{75};
constexpr std::uint64_t feed_bytes_max = 50 * 1024 * 1024;

Response store_response(const Store& store, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_store(writer, store); }, status);
}

Task<Result<Response>> list_stores(Stores& stores, CallContext context, Request&) {
  auto listing = stores.list(std::move(context));
  CO_TRY(auto found, co_await std::move(listing));
  co_return whole_list_response(found, write_store);
}

Task<Result<Response>> connect_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto wanted, read_new_store(body));
  auto connecting = stores.connect(std::move(context), caller_of(request), std::move(wanted));
  CO_TRY(auto store, co_await std::move(connecting));
  co_return store_response(store, 201);
}

Task<Result<Response>> get_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto getting = stores.get(std::move(context), id);
  CO_TRY(auto store, co_await std::move(getting));
  co_return store_response(store);
}

// What is no store of the caller is told before what is wrong with the body.
Task<Result<Response>> change_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto getting = stores.get(context, id);
  CO_TRY(auto store, co_await std::move(getting));
  CO_TRY(auto body, request.json());
  CO_TRY(auto wanted, read_store_change(body, store));
  auto changing = stores.change(std::move(context), caller_of(request), id, std::move(wanted));
  CO_TRY(auto changed, co_await std::move(changing));
  co_return store_response(changed);
}

Task<Result<Response>> remove_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto removing = stores.remove(std::move(context), caller_of(request), id);
  CO_TRY_VOID(co_await std::move(removing));
  co_return done_response();
}

Task<Result<Response>> pause_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto pausing = stores.pause(std::move(context), caller_of(request), id);
  CO_TRY(auto store, co_await std::move(pausing));
  co_return store_response(store);
}

Task<Result<Response>> resume_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto resuming = stores.resume(std::move(context), caller_of(request), id);
  CO_TRY(auto store, co_await std::move(resuming));
  co_return store_response(store);
}

Task<Result<Response>> test_store(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto looking = stores.test(std::move(context), id);
  CO_TRY(auto report, co_await std::move(looking));
  co_return ok_response([&](JsonWriter& writer) { write_store_report(writer, report); });
}

Task<Result<Response>> list_collections(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto listing = stores.collections(std::move(context), id);
  CO_TRY(auto collections, co_await std::move(listing));
  co_return whole_list_response(collections, [](JsonWriter& writer, const StoreCollection& one) {
    writer.begin_object().field("id", one.id).field("title", one.title).end_object();
  });
}

Task<Result<Response>> ask_for_consent(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto asking = stores.consent_address(std::move(context), id);
  CO_TRY(auto url, co_await std::move(asking));
  co_return ok_response(
      [&](JsonWriter& writer) { writer.begin_object().field("url", url).end_object(); });
}

Task<Result<Response>> upload_feed(Stores& stores, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<StoreId>("storeId"));
  auto getting = stores.get(context, id);
  CO_TRY([[maybe_unused]] auto store, co_await std::move(getting));
  if (request.body.empty()) co_return fail(invalid_field("body", "is required"));
  auto uploading = stores.upload_feed(context, id, std::move(request.body));
  CO_TRY_VOID(co_await std::move(uploading));
  co_return done_response();
}

// Of no tenant: who comes back is known by the state alone.
Task<Result<Response>> finish_consent(Stores& stores, CallContext context, Request& request) {
  auto finishing = stores.finish_consent(context, query_as_sent(request));
  auto store = co_await std::move(finishing);
  if (!store) {
    log::failure("The owner of a store came back in vain", context, store.error());
    co_return refused_consent_page(http_status(store.error()), store.error().message);
  }
  co_return given_consent_page(*store);
}

}  // namespace

std::vector<Route> store_routes(Stores& stores) {
  auto bind = [&stores](auto handler) -> Handler {
    return [&stores, handler](CallContext context, Request& request) {
      return handler(stores, std::move(context), request);
    };
  };
  auto may_manage = Right::needs(Permission::stores_manage);
  RouteOptions bodiless{.body = BodyKind::none};
  RouteOptions patient{.deadline = store_answers_within};
  RouteOptions patient_bodiless{.body = BodyKind::none, .deadline = store_answers_within};
  RouteOptions feeds{
      .body = BodyKind::text, .body_bytes_max = feed_bytes_max, .deadline = store_answers_within};
  constexpr auto all = "/api/shopify/:tenantId/stores";
  constexpr auto one = "/api/shopify/:tenantId/stores/:storeId";

  std::vector<Route> routes;
  routes.push_back({Method::get, all, may_manage, bind(list_stores)});
  routes.push_back({Method::post, all, may_manage, bind(connect_store), patient});
  routes.push_back({Method::get, one, may_manage, bind(get_store)});
  routes.push_back({Method::put, one, may_manage, bind(change_store), patient});
  routes.push_back({Method::del, one, may_manage, bind(remove_store), patient});
  routes.push_back({Method::post, "/api/shopify/:tenantId/stores/:storeId/test", may_manage,
                    bind(test_store), patient_bodiless});
  routes.push_back({Method::post, "/api/shopify/:tenantId/stores/:storeId/pause", may_manage,
                    bind(pause_store), bodiless});
  routes.push_back({Method::post, "/api/shopify/:tenantId/stores/:storeId/resume", may_manage,
                    bind(resume_store), bodiless});
  routes.push_back({Method::get, "/api/shopify/:tenantId/stores/:storeId/collections", may_manage,
                    bind(list_collections), patient});
  routes.push_back({Method::post, "/api/shopify/:tenantId/stores/:storeId/oauth", may_manage,
                    bind(ask_for_consent), bodiless});
  routes.push_back({Method::put, "/api/shopify/:tenantId/stores/:storeId/feed", may_manage,
                    bind(upload_feed), feeds});
  routes.push_back(
      {Method::get, "/api/shopify/oauth/callback", Right::anyone(), bind(finish_consent), patient});
  return routes;
}

}  // namespace aiva::http
