#pragma once

#include <string>

#include "foundation/error.h"

namespace aiva::realtime {

// What an `error` event says is wrong; the session goes on.
struct EventError {
  std::string code{};
  std::string message{};
  std::string param{};  // the field, from the event's top; empty: none
  std::string type = "invalid_request_error";
};

// What is said of a failure of ours or of a field; never its cause.
inline EventError event_error_of(const Error& error) {
  EventError said{.code = std::string(to_string(error.code)), .message = error.message};
  if (!error.details.empty()) {
    said.code = "invalid_value";
    said.message = error.details.front().message;
    said.param = error.details.front().field;
  }
  if (error.code == ErrorCode::quota_exceeded) said.type = said.code = "insufficient_quota";
  if (error.code == ErrorCode::unavailable || error.code == ErrorCode::internal)
    said.type = "server_error";
  return said;
}

}  // namespace aiva::realtime
