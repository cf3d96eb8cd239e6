#include "foundation/error.h"

namespace aiva {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::quota_exceeded: return "quota_exceeded";
    case ErrorCode::rate_limited: return "rate_limited";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

Error invalid_field(std::string field, std::string message) {
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  error.details.push_back({std::move(field), std::move(message)});
  return error;
}

Error internal_error(std::string cause) {
  return Error{.code = ErrorCode::internal, .message = "Internal error", .cause = std::move(cause)};
}

}  // namespace aiva
