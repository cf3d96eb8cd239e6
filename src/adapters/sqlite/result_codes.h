#pragma once

#include <string_view>

#include "foundation/error.h"

struct sqlite3;

namespace aiva {

// What an extended result code of SQLite means to us. The cause names the engine's message and the
// statement, never its parameters.
Error sqlite_error(sqlite3* database, int code, std::string_view sql);

}  // namespace aiva
