#include "faces/http/error_table.h"

#include "foundation/json_writer.h"

namespace aiva::http {
namespace {

Failure refuse(int status, std::string_view name, std::string message, bool must_close) {
  Failure failure;
  failure.error = Error{.code = ErrorCode::invalid, .message = std::move(message)};
  failure.status = status;
  failure.name = name;
  failure.must_close = must_close;
  return failure;
}

}  // namespace

Failure bad_request(std::string message) {
  return refuse(400, "invalid", std::move(message), true);
}
Failure request_timeout(std::string message) {
  return refuse(408, "request_timeout", std::move(message), true);
}
Failure body_too_large(std::string message) {
  return refuse(413, "too_large", std::move(message), false);
}
Failure target_too_long() { return refuse(414, "uri_too_long", "The URI is too long", true); }
Failure unsupported_media_type(std::string message) {
  return refuse(415, "unsupported_media_type", std::move(message), false);
}
Failure expectation_failed() {
  return refuse(417, "expectation_failed", "Only Expect: 100-continue is understood", true);
}
Failure upgrade_required() {
  return refuse(426, "upgrade_required", "This path speaks WebSocket only", false);
}
Failure headers_too_large() {
  return refuse(431, "headers_too_large", "The request headers are too large", true);
}
Failure not_implemented(std::string message) {
  return refuse(501, "not_implemented", std::move(message), true);
}
Failure version_not_supported() {
  return refuse(505, "version_not_supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here", true);
}
Failure method_not_allowed() {
  return refuse(405, "method_not_allowed", "This path does not know this method", false);
}
Failure no_such_route() { return refuse(404, "not_found", "There is no such path", false); }

Failure peer_gone() {
  Failure failure = refuse(499, "cancelled", "The client went away", true);
  failure.is_silent = true;
  return failure;
}

int http_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid: return error.details.empty() ? 400 : 422;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::forbidden: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 409;
    case ErrorCode::too_large: return 413;
    case ErrorCode::quota_exceeded: return 402;
    case ErrorCode::rate_limited: return 429;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timeout: return 504;
    case ErrorCode::cancelled: return 499;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

int http_status(const Failure& failure) {
  return failure.status != 0 ? failure.status : http_status(failure.error);
}

Response error_response(const Failure& failure, std::string_view request_id) {
  const auto& error = failure.error;
  Response response{.status = http_status(failure)};
  JsonWriter writer(response.body);
  writer.begin_object().field("success", false).key("error").begin_object();
  writer.field("code", failure.status != 0 ? failure.name : to_string(error.code));
  writer.field("message", error.message);
  if (!error.details.empty()) {
    writer.key("details").begin_array();
    for (const auto& detail : error.details)
      writer.begin_object()
          .field("field", detail.field)
          .field("message", detail.message)
          .end_object();
    writer.end_array();
  }
  writer.field("request_id", request_id).end_object().end_object();

  add_error_headers(response, error);
  return response;
}

void add_error_headers(Response& response, const Error& error) {
  if (response.status == 401)
    response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="aiva")"});
  if (response.status == 426) response.headers.push_back({"Upgrade", "websocket"});
  bool may_retry = response.status == 429 || response.status == 503;
  if (int seconds = error.retry_after_s > 0 ? error.retry_after_s : may_retry; seconds > 0)
    response.headers.push_back({"Retry-After", std::to_string(seconds)});
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

}  // namespace aiva::http
