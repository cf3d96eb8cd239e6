#include "faces/http/endpoints/store_events.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "ports/http_client.h"

namespace aiva::http {
namespace {

using commerce::StoreEvents;

// Of a product with all its variants and a long description.
constexpr std::uint64_t event_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::seconds shops_wait{5};  // then they count it as failed and send it again

std::vector<HttpHeader> headers_of(const Request& request) {
  std::vector<HttpHeader> headers;
  headers.reserve(request.headers.size());
  for (const auto& header : request.headers)
    headers.push_back({std::string(header.name), std::string(header.value)});
  return headers;
}

Task<Result<Response>> take_event(StoreEvents& events, CallContext context, Request& request) {
  CO_TRY(auto store, request.id<commerce::StoreId>("storeId"));
  auto headers = headers_of(request);
  auto taking = events.take(std::move(context), store, std::move(headers), std::move(request.body));
  CO_TRY_VOID(co_await std::move(taking));
  co_return done_response();
}

Task<Result<Response>> take_event_of_app(StoreEvents& events, CallContext context,
                                         Request& request) {
  auto headers = headers_of(request);
  auto taking =
      events.take_for_shop(std::move(context), std::move(headers), std::move(request.body));
  CO_TRY_VOID(co_await std::move(taking));
  co_return done_response();
}

}  // namespace

std::vector<Route> store_event_routes(StoreEvents& events) {
  Handler of_store = [&events](CallContext context, Request& request) {
    return take_event(events, std::move(context), request);
  };
  Handler of_app = [&events](CallContext context, Request& request) {
    return take_event_of_app(events, std::move(context), request);
  };
  // Not counted: a shop sends as many as things happen in it, all from few addresses.
  RouteOptions options{
      .body_bytes_max = event_bytes_max, .rate = RateClass::none, .deadline = shops_wait};
  std::vector<Route> routes;
  routes.push_back(
      {Method::post, "/api/shopify/webhooks/:storeId", Right::anyone(), of_store, options});
  routes.push_back({Method::post, "/api/shopify/webhooks", Right::anyone(), of_app, options});
  return routes;
}

}  // namespace aiva::http
