#include "adapters/sqlite/result_codes.h"

#include <sqlite3.h>

#include <string>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t sql_shown_max = 300;

Error classify(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {.code = ErrorCode::conflict, .message = "It exists already"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {.code = ErrorCode::conflict, .message = "It refers to something that is gone"};
    default: break;
  }
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {.code = ErrorCode::unavailable,
              .message = "The database is busy; try again",
              .retry_after_s = 1};
    case SQLITE_FULL:
      return {.code = ErrorCode::unavailable, .message = "No space is left to store the change"};
    case SQLITE_NOMEM:
      return {.code = ErrorCode::unavailable, .message = "The server is short of memory"};
    case SQLITE_INTERRUPT: return {.code = ErrorCode::timeout, .message = "The call took too long"};
    case SQLITE_TOOBIG: return {.code = ErrorCode::too_large, .message = "The value is too large"};
    default: return {.code = ErrorCode::internal, .message = "Internal error"};
  }
}

}  // namespace

Error sqlite_error(sqlite3* database, int code, std::string_view sql) {
  auto error = classify(code);
  error.cause = "SQLite " + std::to_string(code) + ": ";
  error.cause += database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  if (!sql.empty()) error.cause.append(" in: ").append(utf8_prefix(sql, sql_shown_max));
  return error;
}

}  // namespace aiva
