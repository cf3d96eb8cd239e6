#include "faces/http/middleware/rate_limit.h"

#include <algorithm>

#include "foundation/log.h"

namespace aiva::http {
namespace {

using Rule = RateLimiter::Rule;

std::optional<Rule> make_rule(RateLimit limit, std::string_view kind, std::string_view who) {
  if (limit.calls_max <= 0) return std::nullopt;
  std::string key = "rate:";
  key.append(kind).append(":").append(who);
  return Rule{limit, std::move(key)};
}

int whole_seconds(std::chrono::milliseconds span) {
  return static_cast<int>(std::max<std::int64_t>(1, (span.count() + 999) / 1000));
}

}  // namespace

std::optional<Rule> RateLimiter::address_rule(const Exchange& exchange) const {
  switch (exchange.rate_class()) {
    case RateClass::login: return make_rule(limits_.login, "login", exchange.address_key);
    case RateClass::register_:
      return make_rule(limits_.register_, "register", exchange.address_key);
    case RateClass::none:
    case RateClass::api: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Rule> RateLimiter::caller_rule(const Exchange& exchange) const {
  if (exchange.rate_class() != RateClass::api) return std::nullopt;
  if (!exchange.request.is_signed_in())
    return make_rule(limits_.anonymous, "anonymous", exchange.address_key);
  const auto& principal = exchange.request.principal();
  RateLimit own{principal.requests_per_minute_max, std::chrono::minutes(1)};
  bool has_own = own.calls_max > 0;
  const auto& limit = has_own ? own : limits_.signed_in;
  if (limit.calls_max <= 0) return std::nullopt;
  if (principal.api_key) return make_rule(limit, "key", principal.api_key->to_string());
  if (has_own) return make_rule(limit, "tenant", principal.tenant.to_string());
  return make_rule(limit, "user", principal.user.to_string());
}

Task<Outcome> RateLimiter::count(Exchange& exchange, Rule rule) {
  RateWindow window{.length = rule.limit.window, .calls_max = rule.limit.calls_max};
  auto task = cache_.count_in_window(exchange.context, std::move(rule.key), window);
  auto standing = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!standing) {
    log::failure("the rate limit could not be counted", exchange.context, standing.error());
    co_return Outcome{};
  }
  auto calls_max = rule.limit.calls_max;
  int resets_in_s = whole_seconds(standing->resets_in);
  exchange.extra_headers.append("RateLimit-Limit: ")
      .append(std::to_string(calls_max))
      .append("\r\nRateLimit-Remaining: ")
      .append(std::to_string(std::max<std::int64_t>(0, calls_max - standing->count)))
      .append("\r\nRateLimit-Reset: ")
      .append(std::to_string(resets_in_s))
      .append("\r\n");
  if (standing->count <= calls_max) co_return Outcome{};
  co_return std::unexpected(Failure(Error{.code = ErrorCode::rate_limited,
                                          .message = "Too many requests; try again later",
                                          .retry_after_s = resets_in_s}));
}

}  // namespace aiva::http
