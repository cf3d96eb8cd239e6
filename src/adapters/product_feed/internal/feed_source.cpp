#include "adapters/product_feed/internal/feed_source.h"

#include <algorithm>
#include <expected>
#include <utility>

#include "adapters/product_feed/internal/item.h"
#include "foundation/log.h"

namespace aiva::product_feed {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t address_bytes_max = 2048;
constexpr int redirects_max = 5;

// Why an attempt failed, and whether another may help.
struct Failure {
  Error error{};
  bool may_retry = false;
};

// What one request brought: the content, or where to go on.
struct Answer {
  std::string content{};
  std::string redirect{};  // empty: this is it
};

std::string_view scheme_of(std::string_view address) {
  for (std::string_view scheme : {"https://", "http://"})
    if (address.starts_with(scheme)) return scheme;
  return {};
}

// "https://host:port"
std::string_view origin_of(std::string_view address) {
  auto end = address.find_first_of("/?#", scheme_of(address).size());
  return address.substr(0, end);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Failure describe_status(int status) {
  auto cause = "status " + std::to_string(status);
  if (status == 401)
    return {.error = {ErrorCode::unauthenticated, "The feed's server refuses the token", cause}};
  if (status == 403)
    return {.error = {ErrorCode::forbidden, "The feed's server does not allow this", cause}};
  if (status == 404 || status == 410)
    return {.error = {ErrorCode::not_found, "There is no feed at this address", cause}};
  bool may_retry = status == 408 || status == 429 || status >= 500;
  return {.error = {ErrorCode::unavailable, "The feed's server has a problem", cause},
          .may_retry = may_retry};
}

Failure describe_transport(Error error, bool is_call_alive) {
  bool is_silent = error.code == ErrorCode::timeout && is_call_alive;
  bool may_retry = is_silent || error.code == ErrorCode::unavailable;
  if (error.code == ErrorCode::too_large) error.message = "The feed is too large";
  return {.error = std::move(error), .may_retry = may_retry};
}

HttpRequest make_request(const ProductFeedSettings& settings, const std::string& url,
                         const std::string& token) {
  HttpRequest request{.url = url};
  request.headers.push_back({"accept", "application/json, text/csv, */*"});
  if (!token.empty()) request.headers.push_back({"authorization", "Bearer " + token});
  request.timeout = settings.timeout;
  request.response_bytes_max = settings.feed_bytes_max;
  request.may_reach_private_addresses = settings.may_reach_private_addresses;
  return request;
}

Task<std::expected<Answer, Failure>> try_fetch(HttpClient& http, CallContext context,
                                               HttpRequest request) {
  auto url = request.url;
  auto sending = http.send(context, std::move(request));
  auto response = co_await std::move(sending);
  if (!response) {
    bool is_alive = context.check().has_value();
    co_return std::unexpected(describe_transport(std::move(response.error()), is_alive));
  }
  if (response->status == 200) co_return Answer{.content = std::move(response->body)};
  if (!is_redirect(response->status)) co_return std::unexpected(describe_status(response->status));
  auto target = resolve_redirect(url, response->header("location"));
  if (!target) co_return std::unexpected(Failure{.error = std::move(target.error())});
  co_return Answer{.redirect = std::move(*target)};
}

// One address, as often as it takes.
Task<Result<Answer>> fetch_one(const ProductFeedParts& parts, const ProductFeedSettings& settings,
                               CallContext context, HttpRequest request) {
  auto wait = settings.backoff_first;
  for (int attempt = 1;; ++attempt) {
    auto trying = try_fetch(parts.http, context, request);
    auto answer = co_await std::move(trying);
    if (answer) co_return std::move(*answer);
    auto& failure = answer.error();
    if (!failure.may_retry || attempt >= settings.attempts_max)
      co_return fail(std::move(failure.error));
    log::warn("A feed is fetched again",
              {{"attempt", attempt + 1}, {"cause", failure.error.message}});
    auto pausing = parts.pause(context, wait);
    CO_TRY_VOID(co_await std::move(pausing));
    wait *= 2;
  }
}

}  // namespace

Result<void> check_address(std::string_view address) {
  if (address.starts_with(uploaded_feed_prefix) && address.size() > uploaded_feed_prefix.size())
    return {};
  auto origin = origin_of(address);
  auto scheme = scheme_of(address);
  bool is_printable = std::ranges::all_of(address, [](char c) { return c > ' ' && c < '\x7F'; });
  bool is_url = !scheme.empty() && origin.size() > scheme.size() && !origin.contains('@');
  if (!is_url || !is_printable || address.size() > address_bytes_max)
    return fail(invalid_field("address", "must be the feed's URL (https://…)"));
  return {};
}

std::string host_of(std::string_view address) {
  auto scheme = scheme_of(address);
  if (scheme.empty()) return {};
  auto host = origin_of(address).substr(scheme.size());
  return std::string(host.substr(0, host.rfind(':')));
}

Result<std::string> resolve_redirect(const std::string& from, std::string_view location) {
  std::string target;
  if (!scheme_of(location).empty())
    target = location;
  else if (location.starts_with('/') && !location.starts_with("//"))
    target = std::string(origin_of(from)) + std::string(location);
  if (target.empty() || target.starts_with(uploaded_feed_prefix) || !check_address(target))
    return fail(ErrorCode::unavailable, "The feed's server leads to no address");
  return target;
}

Task<Result<std::string>> fetch_feed(const ProductFeedParts& parts,
                                     const ProductFeedSettings& settings, CallContext context,
                                     StoreAccess access) {
  CO_TRY_VOID(check_address(access.address));
  if (access.address.starts_with(uploaded_feed_prefix)) {
    auto reading = parts.read_upload(context, access.address);
    auto content = co_await std::move(reading);
    co_return content;
  }
  auto url = access.address;
  for (int redirects = 0; redirects <= redirects_max; ++redirects) {
    if (!access.token.empty() && !url.starts_with("https://") &&
        !settings.may_reach_private_addresses)
      co_return fail(invalid_field("address", "must be https where there is a token"));
    auto fetching = fetch_one(parts, settings, context, make_request(settings, url, access.token));
    CO_TRY(auto answer, co_await std::move(fetching));
    if (answer.redirect.empty()) co_return std::move(answer.content);
    // Whoever the feed moved to does not get the token.
    if (origin_of(answer.redirect) != origin_of(url)) access.token.clear();
    url = std::move(answer.redirect);
  }
  co_return fail(ErrorCode::unavailable, "The feed's server redirects without end");
}

}  // namespace aiva::product_feed
