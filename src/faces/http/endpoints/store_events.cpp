#include "faces/http/endpoints/store_events.h"

#include <chrono>
#include <string>
#include <utility>

#include "ports/http_client.h"

namespace aiva::http {
namespace {

using commerce::StoreEvents;

constexpr std::chrono::seconds shops_wait{5};  // then they count it as failed and send it again

Task<Result<Response>> take_event(StoreEvents& events, CallContext context, Request& request) {
  CO_TRY(auto store, request.id<commerce::StoreId>("storeId"));
  std::vector<HttpHeader> headers;
  headers.reserve(request.headers.size());
  for (const auto& header : request.headers)
    headers.push_back({std::string(header.name), std::string(header.value)});
  auto taking = events.take(std::move(context), store, std::move(headers), std::move(request.body));
  CO_TRY_VOID(co_await std::move(taking));
  co_return done_response();
}

}  // namespace

std::vector<Route> store_event_routes(StoreEvents& events) {
  Handler handler = [&events](CallContext context, Request& request) {
    return take_event(events, std::move(context), request);
  };
  // Not counted: a shop sends as many as things happen in it, all from few addresses.
  RouteOptions options{.rate = RateClass::none, .deadline = shops_wait};
  std::vector<Route> routes;
  routes.push_back(
      {Method::post, "/api/shopify/webhooks/:storeId", Right::anyone(), handler, options});
  return routes;
}

}  // namespace aiva::http
