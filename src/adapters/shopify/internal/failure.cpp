#include "adapters/shopify/internal/failure.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "adapters/shopify/internal/reading.h"
#include "foundation/text/utf8.h"

namespace aiva::shopify {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t cause_bytes_max = 300;
constexpr double retry_after_max_s = 3600;

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool is_whole = error == std::errc() && end == text.data() + text.size();
  bool is_sound = is_whole && std::isfinite(number) && number >= 0;
  return is_sound ? std::optional(number) : std::nullopt;
}

std::optional<milliseconds> read_retry_after(const HttpResponse& response) {
  auto seconds = parse_number(response.header("retry-after"));
  if (!seconds) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::min(*seconds, retry_after_max_s) * 1000));
}

std::string short_cause(std::string text) {
  return std::string(utf8_prefix(repair_utf8(text), cause_bytes_max));
}

Error expired_cursor() { return invalid_field("cursor", "is not valid any more"); }

Failure refuse(ErrorCode code, const char* message, std::string cause) {
  return {.error = {.code = code, .message = message, .cause = std::move(cause)}};
}

Failure busy(ErrorCode code, const char* message, std::string cause) {
  return {
      .error = {.code = code, .message = message, .cause = std::move(cause), .retry_after_s = 1},
      .may_retry = true};
}

// The body's `errors`, which is a text, or an object of texts; of OAuth the `error`.
std::string cause_of(const HttpResponse& response) {
  auto cause = "status " + std::to_string(response.status);
  auto body = json::parse(response.body, {.bytes_max = 1024 * 1024});
  const auto* object = body ? body->if_object() : nullptr;
  const auto* errors = object == nullptr ? nullptr : object->if_contains("errors");
  if (errors == nullptr && object != nullptr) errors = object->if_contains("error");
  if (errors != nullptr) cause += ": " + json::to_text(*errors);
  return short_cause(std::move(cause));
}

}  // namespace

Failure describe_answer(const HttpResponse& response) {
  int status = response.status;
  // What a shop says about a refused token is kept out of the log.
  if (status == 401)
    return refuse(ErrorCode::unauthenticated, "The shop refuses the access token", "status 401");
  auto cause = cause_of(response);
  if (status == 402 || status == 403)
    return refuse(ErrorCode::forbidden, "The shop does not allow this", std::move(cause));
  if (status == 404)
    return refuse(ErrorCode::not_found, "The shop does not have this", std::move(cause));
  if (status == 400 && cause.contains("page_info")) return {.error = expired_cursor()};
  if (status == 423) return refuse(ErrorCode::unavailable, "The shop is locked", std::move(cause));
  if (status == 429 || status == 430) {
    auto failure = busy(ErrorCode::rate_limited, "The shop is asked too often", std::move(cause));
    failure.is_throttled = true;
    failure.retry_after = read_retry_after(response);
    return failure;
  }
  if (status >= 500 || status == 408) {
    auto failure = busy(ErrorCode::unavailable, "The shop has a problem", std::move(cause));
    failure.retry_after = read_retry_after(response);
    return failure;
  }
  if (status >= 300 && status < 400)
    return refuse(ErrorCode::unavailable, "The shop answers elsewhere", std::move(cause));
  return {.error = internal_error(std::move(cause))};
}

Failure describe_transport(Error error, bool is_call_alive) {
  bool is_silent = error.code == ErrorCode::timeout && is_call_alive;
  if (is_silent) {
    error.message = "The shop does not answer";
    return {.error = std::move(error), .may_retry = true};
  }
  if (error.code == ErrorCode::unavailable) {
    auto cause = error.message + (error.cause.empty() ? "" : ": " + error.cause);
    return busy(ErrorCode::unavailable, "The shop cannot be reached", std::move(cause));
  }
  return {.error = std::move(error)};
}

Failure describe_nonsense(std::string cause) {
  return busy(ErrorCode::unavailable, "The shop's answer makes no sense",
              short_cause(std::move(cause)));
}

std::optional<Failure> describe_graphql(const json::Object& answer) {
  const auto* errors = array_of(answer, "errors");
  if (errors == nullptr || errors->empty()) return std::nullopt;
  const auto* first = errors->front().if_object();
  if (first == nullptr) return describe_nonsense("errors without an object");
  auto message = text_of(*first, "message");
  const auto* extensions = object_of(*first, "extensions");
  auto code = extensions == nullptr ? std::string() : text_of(*extensions, "code");
  auto cause = short_cause(code + ": " + message);
  if (code == "THROTTLED") {
    auto failure = busy(ErrorCode::rate_limited, "The shop is asked too often", cause);
    failure.is_throttled = true;
    return failure;
  }
  if (code == "ACCESS_DENIED")
    return refuse(ErrorCode::forbidden, "The access token may not read this", cause);
  if (code == "INTERNAL_SERVER_ERROR" || code == "TIMEOUT")
    return busy(ErrorCode::unavailable, "The shop has a problem", cause);
  if (code == "SHOP_INACTIVE") return refuse(ErrorCode::forbidden, "The shop is not active", cause);
  if (lower(message).contains("cursor")) return Failure{.error = expired_cursor()};
  return Failure{.error = internal_error(cause)};
}

std::optional<PointsStatus> read_points(const json::Object& answer) {
  const auto* extensions = object_of(answer, "extensions");
  const auto* cost = extensions == nullptr ? nullptr : object_of(*extensions, "cost");
  const auto* status = cost == nullptr ? nullptr : object_of(*cost, "throttleStatus");
  if (status == nullptr) return std::nullopt;
  auto maximum = number_of(*status, "maximumAvailable");
  auto available = number_of(*status, "currentlyAvailable");
  auto restored = number_of(*status, "restoreRate");
  if (!maximum || !available || !restored) return std::nullopt;
  return PointsStatus{.requested = number_of(*cost, "requestedQueryCost").value_or(0),
                      .actual = number_of(*cost, "actualQueryCost"),
                      .maximum = *maximum,
                      .available = *available,
                      .restored_per_s = *restored};
}

std::optional<RequestsStatus> read_requests(const HttpResponse& response) {
  auto text = response.header("x-shopify-shop-api-call-limit");
  auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto used = parse_number(text.substr(0, slash));
  auto size = parse_number(text.substr(slash + 1));
  if (!used || !size || *size <= 0) return std::nullopt;
  return RequestsStatus{.used = *used, .size = *size};
}

}  // namespace aiva::shopify
