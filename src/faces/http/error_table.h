#pragma once

#include <string>
#include <string_view>

#include "faces/http/response.h"
#include "foundation/error.h"

namespace aiva::http {

// Why a request is not answered as wished: an error of ours, or a rule of HTTP that ErrorCode has
// no word for (then `status` and `name` say which).
struct Failure {
  Error error{};
  int status = 0;           // 0: the table decides from the error's code
  std::string_view name{};  // with `status`: stable name, a literal
  bool must_close = false;  // the connection cannot be used further
  bool is_silent = false;   // nobody is there to read an answer

  Failure() = default;
  Failure(Error e) : error(std::move(e)) {}  // NOLINT(google-explicit-constructor)
};

// Refusals of the server itself.
Failure bad_request(std::string message);             // 400, closes
Failure request_timeout(std::string message);         // 408, closes
Failure body_too_large(std::string message);          // 413
Failure target_too_long();                            // 414, closes
Failure unsupported_media_type(std::string message);  // 415
Failure expectation_failed();                         // 417, closes
Failure upgrade_required();                           // 426
Failure headers_too_large();                          // 431, closes
Failure not_implemented(std::string message);         // 501, closes
Failure version_not_supported();                      // 505, closes
Failure method_not_allowed();                         // 405
Failure no_such_route();                              // 404
// The peer is gone: nothing is answered.
Failure peer_gone();

// The HTTP status of an error.
int http_status(const Error& error);
int http_status(const Failure& failure);

// The answer: {"success":false,"error":{"code","message","details"?,"request_id"}} and the headers
// that belong to it. Never shows a cause.
Response error_response(const Failure& failure, std::string_view request_id);
// Adds the headers that belong to an error's answer by its status: how to sign in, when to retry.
void add_error_headers(Response& response, const Error& error);

// The words after a status number, for the status line.
std::string_view reason_phrase(int status);

}  // namespace aiva::http
