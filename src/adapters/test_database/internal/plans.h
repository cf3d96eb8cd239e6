#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "ports/database.h"

namespace aiva::test_database {

// Has each statement explained, with its parameters, the first time it runs in this program. What
// would read a whole table, for want of an index, is added to the file, a line each:
// table, a tab, the statement.
std::function<void(SqlSession&, std::string_view, std::span<const SqlValue>)> explain_into(
    const std::string& file);

}  // namespace aiva::test_database
