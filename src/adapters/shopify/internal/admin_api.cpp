#include "adapters/shopify/internal/admin_api.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "adapters/shopify/internal/address.h"
#include "adapters/shopify/internal/reading.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::shopify {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t answer_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t export_bytes_max = 64UL * 1024 * 1024 * 1024;
constexpr json::ParseLimits answer_limits{.bytes_max = answer_bytes_max, .depth_max = 48};
constexpr int throttled_max = 60;
constexpr std::size_t page_info_bytes_max = 4096;

bool is_success(int status) { return status >= 200 && status < 300; }

// 0 … 1.
double random_fraction() {
  std::array<std::uint8_t, 2> bytes{};
  random_bytes(bytes);
  return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

// The page_info behind the link to the next page (RFC 8288); empty when there is none.
std::string read_next(std::string_view links) {
  constexpr std::string_view name = "page_info=";
  while (!links.empty()) {
    auto open = links.find('<');
    auto close = links.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return {};
    auto address = links.substr(open + 1, close - open - 1);
    auto end = links.find('<', close);
    auto parameters = links.substr(close, end == std::string_view::npos ? end : end - close);
    links = end == std::string_view::npos ? std::string_view() : links.substr(end);
    if (!parameters.contains("rel=\"next\"")) continue;
    auto at = address.find(name);
    if (at == std::string_view::npos) return {};
    auto value = address.substr(at + name.size());
    return std::string(value.substr(0, value.find_first_of("&#")));
  }
  return {};
}

}  // namespace

AdminApi::AdminApi(ShopifyParts parts, ShopifySettings settings)
    : http_(parts.http),
      pause_(parts.pause),
      settings_(std::move(settings)),
      paces_(parts.pause, parts.clock, parts.metrics),
      requests_(parts.metrics.counter("aiva_shop_requests_total", "Requests sent to shops")),
      retries_(parts.metrics.counter("aiva_shop_retries_total", "Requests to shops sent again")),
      throttled_(parts.metrics.counter("aiva_shop_throttled_total",
                                       "Requests that shops refused as too many")) {}

Result<std::string> AdminApi::origin_of(const std::string& address) const {
  if (!is_shop_address(address))
    return fail(invalid_field("address", "must be the shop's address: name.myshopify.com"));
  return settings_.base_address.empty() ? "https://" + address : settings_.base_address;
}

HttpRequest AdminApi::make_request(std::string method, std::string url,
                                   const std::string& token) const {
  HttpRequest request{.method = std::move(method), .url = std::move(url)};
  request.headers.push_back({"accept", "application/json"});
  if (!token.empty()) request.headers.push_back({"x-shopify-access-token", token});
  request.timeout = settings_.timeout;
  request.response_bytes_max = answer_bytes_max;
  request.may_reach_private_addresses = settings_.may_reach_private_addresses;
  return request;
}

Task<Result<json::Value>> AdminApi::query(CallContext context, StoreAccess access, Query query) {
  CO_TRY(auto origin, origin_of(access.address));
  auto pace = paces_.of(access.address);
  if (query.cost > 1 && !pace->knows_points()) {
    auto asking = this->query(context, access, Query{.text = "{ shop { id } }"});
    CO_TRY_VOID(co_await std::move(asking));
  }
  auto url = origin + "/admin/api/" + settings_.api_version + "/graphql.json";
  auto request = make_request("POST", std::move(url), access.token);
  request.headers.push_back({"content-type", "application/json"});
  json::Object body;
  body["query"] = query.text;
  body["variables"] = std::move(query.variables);
  request.body = json::to_text(body);
  Failures failures;
  for (;;) {
    auto trying = try_query(context, pace, request, query.cost);
    auto tried = co_await std::move(trying);
    if (tried) co_return std::move(*tried);
    auto waiting = back_off(context, std::move(tried.error()), failures);
    CO_TRY_VOID(co_await std::move(waiting));
  }
}

Task<AdminApi::Attempt<json::Value>> AdminApi::try_query(CallContext context,
                                                         std::shared_ptr<ShopPace> pace,
                                                         HttpRequest request, double cost) {
  auto taking = ShopPace::take_points(pace, context, cost);
  auto turn = co_await std::move(taking);
  if (!turn) co_return std::unexpected(Failure{.error = std::move(turn.error())});
  auto sending = send(context, std::move(request));
  auto response = co_await std::move(sending);
  if (!response) {
    auto& failure = response.error();
    if (failure.retry_after && failure.is_throttled) pace->hold(*failure.retry_after);
    co_return std::unexpected(std::move(failure));
  }
  auto answer = json::parse(response->body, answer_limits);
  const auto* object = answer ? answer->if_object() : nullptr;
  if (object == nullptr) co_return std::unexpected(describe_nonsense("no JSON object"));
  turn->end(read_points(*object));
  auto failure = describe_graphql(*object);
  if (failure && failure->is_throttled) throttled_.add();
  if (failure) co_return std::unexpected(std::move(*failure));
  if (object_of(*object, "data") == nullptr)
    co_return std::unexpected(describe_nonsense("an answer without data"));
  co_return std::move(answer->get_object().at("data"));
}

Task<Result<RestPage>> AdminApi::get(CallContext context, StoreAccess access, std::string path,
                                     std::string list) {
  CO_TRY(auto origin, origin_of(access.address));
  auto pace = paces_.of(access.address);
  auto url = origin + "/admin/api/" + settings_.api_version + "/" + path;
  auto request = make_request("GET", std::move(url), access.token);
  Failures failures;
  for (;;) {
    auto trying = try_get(context, pace, request, list);
    auto tried = co_await std::move(trying);
    if (tried) co_return std::move(*tried);
    auto waiting = back_off(context, std::move(tried.error()), failures);
    CO_TRY_VOID(co_await std::move(waiting));
  }
}

Task<AdminApi::Attempt<RestPage>> AdminApi::try_get(CallContext context,
                                                    std::shared_ptr<ShopPace> pace,
                                                    HttpRequest request, std::string list) {
  auto taking = pace->take_request(context);
  auto turn = co_await std::move(taking);
  if (!turn) co_return std::unexpected(Failure{.error = std::move(turn.error())});
  auto sending = send(context, std::move(request));
  auto response = co_await std::move(sending);
  if (!response) {
    auto& failure = response.error();
    if (failure.retry_after && failure.is_throttled) pace->hold(*failure.retry_after);
    co_return std::unexpected(std::move(failure));
  }
  if (auto told = read_requests(*response)) pace->learn_requests(*told);
  auto body = json::parse(response->body, answer_limits);
  auto* object = body ? body->if_object() : nullptr;
  auto* items = object == nullptr ? nullptr : object->if_contains(list);
  if (items == nullptr || !items->is_array())
    co_return std::unexpected(describe_nonsense("no list of " + list));
  RestPage page{.items = std::move(items->get_array()),
                .next = read_next(response->header("link"))};
  if (page.next.size() > page_info_bytes_max)
    co_return std::unexpected(describe_nonsense("a cursor that is too long"));
  co_return page;
}

Task<AdminApi::Attempt<HttpResponse>> AdminApi::send(CallContext context, HttpRequest request) {
  requests_.add();
  auto sending = http_.send(context, std::move(request));
  auto response = co_await std::move(sending);
  if (!response) {
    bool is_alive = context.check().has_value();
    co_return std::unexpected(describe_transport(std::move(response.error()), is_alive));
  }
  if (is_success(response->status)) co_return std::move(*response);
  auto failure = describe_answer(*response);
  if (failure.is_throttled) throttled_.add();
  co_return std::unexpected(std::move(failure));
}

Task<Result<json::Value>> AdminApi::post(CallContext context, std::string address, std::string path,
                                         std::string body) {
  CO_TRY(auto origin, origin_of(address));
  auto request = make_request("POST", origin + path, {});
  request.headers.push_back({"content-type", "application/json"});
  request.body = std::move(body);
  Failures failures;
  for (;;) {
    auto sending = send(context, request);
    auto response = co_await std::move(sending);
    Failure failure;
    if (response) {
      auto answer = json::parse(response->body, {.bytes_max = 1024 * 1024, .depth_max = 16});
      if (answer && answer->is_object()) co_return std::move(*answer);
      failure = describe_nonsense("no JSON object");
    } else {
      failure = std::move(response.error());
    }
    auto waiting = back_off(context, std::move(failure), failures);
    CO_TRY_VOID(co_await std::move(waiting));
  }
}

Task<Result<std::unique_ptr<HttpStream>>> AdminApi::open(CallContext context, std::string url) {
  bool is_safe = url.starts_with("https://") || settings_.may_reach_private_addresses;
  if (!is_safe) co_return fail(ErrorCode::forbidden, "The export's address is not https");
  auto request = make_request("GET", std::move(url), {});
  request.timeout = settings_.export_timeout;
  request.response_bytes_max = export_bytes_max;
  Failures failures;
  for (;;) {
    auto trying = try_open(context, request);
    auto tried = co_await std::move(trying);
    if (tried) co_return std::move(*tried);
    auto waiting = back_off(context, std::move(tried.error()), failures);
    CO_TRY_VOID(co_await std::move(waiting));
  }
}

Task<AdminApi::Attempt<std::unique_ptr<HttpStream>>> AdminApi::try_open(CallContext context,
                                                                        HttpRequest request) {
  requests_.add();
  auto opening = http_.open(context, std::move(request));
  auto stream = co_await std::move(opening);
  if (!stream) {
    bool is_alive = context.check().has_value();
    co_return std::unexpected(describe_transport(std::move(stream.error()), is_alive));
  }
  const auto& head = (*stream)->head();
  if (is_success(head.status)) co_return std::move(*stream);
  if (head.status == 401 || head.status == 403 || head.status == 404 || head.status == 410)
    co_return std::unexpected(Failure{
        .error = {.code = ErrorCode::not_found, .message = "The export is not there any more"}});
  co_return std::unexpected(describe_answer(head));
}

milliseconds AdminApi::wait_after(const Failure& failure, int failed) const {
  if (failure.retry_after) return *failure.retry_after;
  auto longest = settings_.backoff_first * (std::int64_t{1} << std::min(failed - 1, 16));
  longest = std::min(longest, settings_.backoff_max);
  auto wait_ms = static_cast<double>(longest.count()) * (0.5 + random_fraction() / 2);
  return milliseconds(static_cast<std::int64_t>(wait_ms));
}

Task<Result<void>> AdminApi::back_off(CallContext context, Failure failure, Failures& failures) {
  int failed = failure.is_throttled ? ++failures.throttled : ++failures.passing;
  bool is_over = failure.is_throttled ? failed >= throttled_max : failed >= settings_.attempts_max;
  if (!failure.may_retry || is_over) co_return fail(std::move(failure.error));
  auto wait = wait_after(failure, failed);
  bool has_end = context.deadline != std::chrono::steady_clock::time_point::max();
  if (has_end && std::chrono::steady_clock::now() + wait >= context.deadline) {
    auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    failure.error.retry_after_s = static_cast<int>(std::max<std::int64_t>(seconds, 1));
    co_return fail(std::move(failure.error));
  }
  retries_.add();
  log::warn("The shop is asked again",
            {{"failed", failed}, {"wait_ms", wait.count()}, {"cause", failure.error.cause}});
  auto pausing = pause_(context, wait);
  auto waited = co_await std::move(pausing);
  co_return waited;
}

}  // namespace aiva::shopify
