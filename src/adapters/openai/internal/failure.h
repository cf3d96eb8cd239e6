#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/error.h"
#include "ports/http_client.h"

namespace aiva::openai {

// Why an attempt failed, and whether another one may help.
struct Failure {
  Error error;
  bool may_retry = false;
  bool is_over_limit = false;  // the server counts too many requests or tokens
  std::optional<std::chrono::milliseconds> retry_after{};  // as the server asked
  std::string parameter{};                                 // the field it complained about
};

// Reads an answer whose status is not 2xx. `api_key` is kept out of the cause.
Failure describe_answer(const HttpResponse& response, std::string_view api_key);

// Reads a failure of the HTTP client before an answer began.
Failure describe_transport(Error error);

// Reads an error object inside a stream.
Error describe_stream_error(std::string_view json_text, std::string_view api_key);

}  // namespace aiva::openai
