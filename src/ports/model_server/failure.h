#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/error.h"
#include "ports/http_client.h"

namespace aiva::model_server {

enum class FailureKind {
  rate_limited,  // the server counts too many requests or tokens
  overloaded,    // or has a problem of its own
  unreachable,
  timeout,
  key_refused,
  quota_used_up,
  no_such_model,
  too_long,
  content_refused,
  not_understood,  // our request, or its answer
};

// The stable name of a kind, as metrics say it.
std::string_view to_string(FailureKind kind);

// Why an attempt failed, and whether another one may help.
struct Failure {
  Error error;
  FailureKind kind = FailureKind::not_understood;
  bool may_retry = false;
  std::optional<std::chrono::milliseconds> retry_after{};  // as the server asked
  std::string parameter{};                                 // the field it complained about
};

// Reads an answer whose status is not 2xx. `api_key` is kept out of the cause.
Failure describe_answer(const HttpResponse& response, std::string_view api_key);

// Reads a failure of the HTTP client before an answer began.
Failure describe_transport(Error error);

// Reads an error object inside a stream.
Failure describe_stream_error(std::string_view json_text, std::string_view api_key);

}  // namespace aiva::model_server
