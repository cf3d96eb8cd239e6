#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiva {

// The closed list of ways an operation can fail; every face maps it to its own codes in one table.
enum class ErrorCode {
  invalid,          // the caller's input is wrong; `details` name the fields
  unauthenticated,  // no valid credentials
  forbidden,        // valid credentials without the right
  not_found,        // no such thing, or not visible to this tenant
  conflict,         // exists already, or changed meanwhile
  too_large,        // a size limit of ours is exceeded
  quota_exceeded,   // credits or a contractual quota are used up
  rate_limited,     // too many calls in a window; retry later
  unavailable,      // a part we depend on is down or overloaded; retry may help
  timeout,          // the deadline passed
  cancelled,        // the caller gave up
  internal,         // our fault; details only in the log
};

// The stable lower-case name of a code, as it appears in answers and logs.
std::string_view to_string(ErrorCode code);

// One wrong field of an input: its path (`settings.chunk_size`) and what is wrong with it.
struct FieldError {
  std::string field;
  std::string message;
};

// What went wrong. `message` may be shown to the caller; `cause` is for the log only.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string cause{};
  std::vector<FieldError> details{};
  int retry_after_s = 0;  // > 0 where the caller may retry after that many seconds
};

// An `invalid` error about one field.
Error invalid_field(std::string field, std::string message);

// An `internal` error whose cause goes to the log while the caller reads a neutral sentence.
Error internal_error(std::string cause);

}  // namespace aiva
