#pragma once

#include <vector>

#include "adapters/schema/migrate.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::schema {

// Brings a MySQL or MariaDB database forward, on the session's connection. Only one process does so
// at a time; the others wait. Each statement that is done is written down, so that a migration
// which was interrupted goes on where it stood: these databases commit with every change of a
// table.
Result<MigrationReport> migrate_mysql(SqlSession& session,
                                      const std::vector<Migration>& migrations);

}  // namespace aiva::schema
