#include "foundation/file_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace aiva {

Error file_error(int number, std::string_view action, const std::filesystem::path& path) {
  auto cause =
      std::string(action) + " " + path.string() + ": " + std::generic_category().message(number);
  if (number == ENOSPC || number == EDQUOT)
    return {.code = ErrorCode::unavailable, .message = "The disk is full", .cause = cause};
  if (number == EROFS || number == EACCES || number == EPERM || number == EIO)
    return {.code = ErrorCode::unavailable, .message = "Files cannot be written", .cause = cause};
  return internal_error(cause);
}

}  // namespace aiva
