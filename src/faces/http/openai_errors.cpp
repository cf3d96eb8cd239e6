#include "faces/http/openai_errors.h"

#include <string>

namespace aiva::http {
namespace {

// How an error is called there.
struct Words {
  std::string_view type;
  std::string_view code{};  // empty: null
};

Words words_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return {"invalid_request_error"};
    case ErrorCode::unauthenticated: return {"invalid_request_error", "invalid_api_key"};
    case ErrorCode::forbidden: return {"invalid_request_error", "insufficient_permissions"};
    case ErrorCode::not_found: return {"invalid_request_error", "model_not_found"};
    case ErrorCode::conflict: return {"invalid_request_error", "conflict"};
    case ErrorCode::too_large: return {"invalid_request_error", "request_too_large"};
    case ErrorCode::quota_exceeded: return {"insufficient_quota", "insufficient_quota"};
    case ErrorCode::rate_limited: return {"requests", "rate_limit_exceeded"};
    case ErrorCode::unavailable: return {"server_error", "unavailable"};
    case ErrorCode::timeout: return {"server_error", "timeout"};
    case ErrorCode::cancelled: return {"server_error", "cancelled"};
    case ErrorCode::internal: return {"server_error", "internal"};
  }
  return {"server_error"};
}

Words words_of(const Failure& failure) {
  if (failure.status == 0) return words_of(failure.error.code);
  if (failure.status == 404) return {"invalid_request_error", "unknown_url"};
  bool is_ours = failure.status >= 500;
  return {is_ours ? "server_error" : "invalid_request_error", failure.name};
}

// One sentence for all that is wrong.
std::string message_of(const Error& error) {
  if (error.details.empty()) return error.message;
  std::string text;
  for (const auto& detail : error.details) {
    if (!text.empty()) text += "; ";
    text.append(detail.field).append(": ").append(detail.message);
  }
  return text;
}

}  // namespace

bool speaks_openai(std::string_view path) { return path == "/v1" || path.starts_with("/v1/"); }

int openai_status(const Failure& failure) {
  if (failure.status == 0 && failure.error.code == ErrorCode::invalid) return 400;
  return http_status(failure);
}

void write_openai_error(JsonWriter& writer, const Failure& failure) {
  auto words = words_of(failure);
  writer.begin_object().field("message", message_of(failure.error)).field("type", words.type);
  if (failure.error.details.empty())
    writer.null_field("param");
  else
    writer.field("param", failure.error.details.front().field);
  if (words.code.empty())
    writer.null_field("code");
  else
    writer.field("code", words.code);
  writer.end_object();
}

Response openai_error_response(const Failure& failure) {
  Response response{.status = openai_status(failure)};
  JsonWriter writer(response.body);
  writer.begin_object().key("error");
  write_openai_error(writer, failure);
  writer.end_object();
  add_error_headers(response, failure.error);
  if (response.status == 409 && failure.error.retry_after_s == 0)
    response.headers.push_back({"X-Should-Retry", "false"});
  return response;
}

}  // namespace aiva::http
