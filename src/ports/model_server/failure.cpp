#include "ports/model_server/failure.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"
#include "foundation/time.h"

namespace aiva::model_server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t cause_bytes_max = 400;

// What a provider says went wrong; every field may be missing.
struct ProviderError {
  std::string message;
  std::string type;
  std::string code;
  std::string parameter;
};

std::string read_text(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

// Some servers give the status as a number where others have a word.
std::string read_code(const json::Object& object) {
  const auto* value = object.if_contains("code");
  if (value != nullptr && value->is_int64()) return std::to_string(value->get_int64());
  return read_text(object, "code");
}

// The usual form is {"error": {…}}; some servers send {"error": "…"} or the fields bare.
ProviderError read_provider_error(std::string_view text) {
  auto document = json::parse(text, {.bytes_max = 1024 * 1024});
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return {};
  const auto* inner = object->if_contains("error");
  if (inner != nullptr && inner->is_string())
    return {.message = read_text(*object, "error"), .type = {}, .code = {}, .parameter = {}};
  if (inner != nullptr && inner->is_object()) object = &inner->get_object();
  return {.message = read_text(*object, "message"),
          .type = read_text(*object, "type"),
          .code = read_code(*object),
          .parameter = read_text(*object, "param")};
}

std::string without(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret))
    text.replace(at, secret.size(), "…");
  return text;
}

std::string write_cause(int status, const ProviderError& said, std::string_view api_key) {
  std::string cause = "status " + std::to_string(status);
  if (!said.type.empty()) cause += ", type " + said.type;
  if (!said.code.empty()) cause += ", code " + said.code;
  // Providers quote parts of a wrong key in their message.
  bool may_quote_key = status == 401 || status == 403;
  if (!may_quote_key && !said.message.empty()) cause += ": " + said.message;
  return std::string(utf8_prefix(without(std::move(cause), api_key), cause_bytes_max));
}

std::optional<milliseconds> read_number(std::string_view text, int factor) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool is_number =
      error == std::errc() && end == text.data() + text.size() && value >= 0 && value < 1e7;
  if (!is_number) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(value * factor));
}

// The seconds from now to a date like "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::optional<milliseconds> read_date(std::string_view text) {
  std::tm date{};
  std::string copy(text.substr(0, 40));
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  auto left = milliseconds(std::int64_t{::timegm(&date)} * 1000 - unix_ms_now());
  return std::max(left, milliseconds(0));
}

// A time like "6m0s", "1.5s", "12ms" or, as some servers write it, a number of seconds.
std::optional<milliseconds> read_span(std::string_view text) {
  if (auto seconds = read_number(text, 1000)) return seconds;
  double total_ms = 0;
  while (!text.empty()) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    auto unit = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(unit.size());
    if (unit == "ms")
      total_ms += value;
    else if (unit == "s")
      total_ms += value * 1000;
    else if (unit == "m")
      total_ms += value * 60'000;
    else if (unit == "h")
      total_ms += value * 3'600'000;
    else
      return std::nullopt;
    if (!(total_ms < 1e10)) return std::nullopt;
  }
  return total_ms > 0 ? std::optional(milliseconds(static_cast<std::int64_t>(total_ms)))
                      : std::nullopt;
}

// When whatever is used up will be there again. The time until all of it is there says too much
// where something is left.
std::optional<milliseconds> read_reset(const HttpResponse& response) {
  std::optional<milliseconds> longest;
  for (const std::string kind : {"requests", "tokens"}) {
    if (response.header("x-ratelimit-remaining-" + kind) != "0") continue;
    auto reset = read_span(response.header("x-ratelimit-reset-" + kind));
    if (reset && (!longest || *reset > *longest)) longest = reset;
  }
  return longest;
}

std::optional<milliseconds> read_retry_after(const HttpResponse& response) {
  auto exact = read_number(response.header("retry-after-ms"), 1);
  if (exact) return exact;
  auto seconds = read_number(response.header("retry-after"), 1000);
  if (seconds) return seconds;
  auto date = read_date(response.header("retry-after"));
  return date || response.status != 429 ? date : read_reset(response);
}

bool is_busy(int status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

Failure make(FailureKind kind, ErrorCode code, const char* message) {
  return {.error = {.code = code, .message = message}, .kind = kind};
}

bool says_too_long(const ProviderError& said) {
  return said.code == "context_length_exceeded" || said.code == "max_tokens_per_request" ||
         said.type == "request_too_large" || said.message.starts_with("prompt is too long");
}

Failure judge(int status, const ProviderError& said) {
  constexpr auto unavailable = ErrorCode::unavailable;
  if (status == 401 || status == 403)
    return make(FailureKind::key_refused, unavailable, "The model provider refuses our key");
  if (said.code == "insufficient_quota" || status == 402)
    return make(FailureKind::quota_used_up, unavailable, "The model provider's quota is used up");
  if (status == 429)
    return make(FailureKind::rate_limited, unavailable, "The model provider is overloaded");
  if (is_busy(status))
    return make(FailureKind::overloaded, unavailable, "The model provider has a problem");
  if (status == 404)
    return make(FailureKind::no_such_model, unavailable, "The model is not available");
  if (status == 413 || says_too_long(said))
    return make(FailureKind::too_long, ErrorCode::too_large, "The text is too long for the model");
  if (said.code.starts_with("content_"))
    return make(FailureKind::content_refused, ErrorCode::invalid,
                "The model provider's content rules refuse this text");
  if (status >= 300 && status < 400)
    return make(FailureKind::unreachable, unavailable, "The model provider answers elsewhere");
  return {.error = internal_error({})};
}

// The status an error inside a stream would have had as an answer.
int status_of(const ProviderError& said) {
  if (said.code == "rate_limit_exceeded" || said.type == "rate_limit_error") return 429;
  int status = 0;
  auto [end, error] =
      std::from_chars(said.code.data(), said.code.data() + said.code.size(), status);
  if (error == std::errc() && *end == '\0' && status >= 400 && status < 600) return status;
  if (said.type == "authentication_error" || said.type == "permission_error") return 401;
  if (said.type == "billing_error") return 402;
  if (says_too_long(said) || said.code.starts_with("content_")) return 400;
  return 500;
}

}  // namespace

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::rate_limited: return "rate_limited";
    case FailureKind::overloaded: return "overloaded";
    case FailureKind::unreachable: return "unreachable";
    case FailureKind::timeout: return "timeout";
    case FailureKind::key_refused: return "key_refused";
    case FailureKind::quota_used_up: return "quota_used_up";
    case FailureKind::no_such_model: return "no_such_model";
    case FailureKind::too_long: return "too_long";
    case FailureKind::content_refused: return "content_refused";
    case FailureKind::not_understood: return "not_understood";
  }
  return "not_understood";
}

Failure describe_answer(const HttpResponse& response, std::string_view api_key) {
  auto said = read_provider_error(response.body);
  auto failure = judge(response.status, said);
  failure.error.cause = write_cause(response.status, said, api_key);
  failure.parameter = said.parameter;
  failure.may_retry = is_busy(response.status) && said.code != "insufficient_quota";
  if (!failure.may_retry) return failure;
  failure.retry_after = read_retry_after(response);
  auto wait =
      std::chrono::ceil<std::chrono::seconds>(failure.retry_after.value_or(milliseconds(1000)));
  failure.error.retry_after_s = static_cast<int>(std::max<std::int64_t>(wait.count(), 1));
  return failure;
}

Failure describe_transport(Error error) {
  if (error.code == ErrorCode::timeout || error.code == ErrorCode::cancelled)
    return {.error = std::move(error), .kind = FailureKind::timeout};
  bool may_retry = error.code == ErrorCode::unavailable;
  auto cause = error.message + (error.cause.empty() ? "" : ": " + error.cause);
  if (error.code == ErrorCode::invalid || error.code == ErrorCode::internal)
    return {.error = internal_error(std::move(cause))};
  return {.error = {.code = ErrorCode::unavailable,
                    .message = "The model provider cannot be reached",
                    .cause = std::move(cause),
                    .retry_after_s = may_retry ? 1 : 0},
          .kind = FailureKind::unreachable,
          .may_retry = may_retry};
}

Failure describe_stream_error(std::string_view json_text, std::string_view api_key) {
  auto said = read_provider_error(json_text);
  int status = status_of(said);
  auto failure = judge(status, said);
  failure.error.cause = "in the stream: " + write_cause(status, said, api_key);
  return failure;
}

}  // namespace aiva::model_server
