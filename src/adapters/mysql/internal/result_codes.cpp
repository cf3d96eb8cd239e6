#include "adapters/mysql/internal/result_codes.h"

#include <mariadb/errmsg.h>
#include <mariadb/mysqld_error.h>

#include <string>

#include "foundation/text/utf8.h"

namespace aiva::mysql {
namespace {

constexpr std::size_t sql_shown_max = 300;
// MySQL's number for what MariaDB calls ER_STATEMENT_TIMEOUT.
constexpr unsigned mysql_query_timeout = 3024;

Error unavailable(std::string message) {
  return {.code = ErrorCode::unavailable, .message = std::move(message), .retry_after_s = 1};
}

Error classify(unsigned code) {
  switch (code) {
    case ER_DUP_ENTRY:
    case ER_DUP_UNIQUE: return {.code = ErrorCode::conflict, .message = "It exists already"};
    case ER_NO_REFERENCED_ROW:
    case ER_NO_REFERENCED_ROW_2:
    case ER_ROW_IS_REFERENCED:
    case ER_ROW_IS_REFERENCED_2:
      return {.code = ErrorCode::conflict, .message = "It refers to something that is gone"};
    case ER_DATA_TOO_LONG:
    case ER_NET_PACKET_TOO_LARGE:
    case ER_TOO_BIG_ROWSIZE:
    case CR_NET_PACKET_TOO_LARGE:
      return {.code = ErrorCode::too_large, .message = "The value is too large"};
    case ER_QUERY_INTERRUPTED:
    case ER_STATEMENT_TIMEOUT:
    case mysql_query_timeout:
      return {.code = ErrorCode::timeout, .message = "The call took too long"};
    case ER_RECORD_FILE_FULL:
    case ER_DISK_FULL:
      return {.code = ErrorCode::unavailable, .message = "No space is left to store the change"};
    case ER_OUT_OF_RESOURCES:
    case ER_OUTOFMEMORY:
    case ER_OUT_OF_SORTMEMORY: return unavailable("The database is short of memory");
    case ER_CON_COUNT_ERROR:
    case ER_USER_LIMIT_REACHED:
    case ER_TOO_MANY_USER_CONNECTIONS: return unavailable("The database is busy; try again");
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_BAD_DB_ERROR: return unavailable("The database does not let this server in");
    default: break;
  }
  switch (trouble_of(code)) {
    case Trouble::contended: return unavailable("The database is busy; try again");
    case Trouble::lost:
    case Trouble::read_only: return unavailable("The database cannot be reached; try again");
    case Trouble::none: break;
  }
  return {.code = ErrorCode::internal, .message = "Internal error"};
}

}  // namespace

Trouble trouble_of(unsigned code) {
  switch (code) {
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CHECKREAD:
    case ER_XA_RBDEADLOCK: return Trouble::contended;
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_CONN_HOST_ERROR:
    case CR_CONNECTION_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SSL_CONNECTION_ERROR:
    case CR_SERVER_HANDSHAKE_ERR:
    case CR_MALFORMED_PACKET:
    case CR_ERR_NET_READ:
    case CR_ERR_NET_WRITE:
    case CR_COMMANDS_OUT_OF_SYNC:
    case ER_SERVER_SHUTDOWN:
    case ER_NORMAL_SHUTDOWN:
    case ER_CONNECTION_KILLED: return Trouble::lost;
    case ER_OPTION_PREVENTS_STATEMENT:
    case ER_READ_ONLY_MODE: return Trouble::read_only;
    default: return Trouble::none;
  }
}

Error mysql_error(unsigned code, std::string_view words, std::string_view sql) {
  auto error = classify(code);
  error.cause = "MySQL " + std::to_string(code) + ": ";
  error.cause.append(words);
  if (!sql.empty()) error.cause.append(" in: ").append(utf8_prefix(sql, sql_shown_max));
  return error;
}

}  // namespace aiva::mysql
