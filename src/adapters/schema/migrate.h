#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva {

// One step of the schema: a file of schema/migrations, in the words of SQLite.
struct Migration {
  int version = 0;        // the file name's leading digits
  std::string_view name;  // "0003_jobs"
  std::string_view sql;
};

struct MigrationReport {
  std::vector<std::string> applied;  // names, in order
  int version = 0;                   // the newest version the database now has
};

// The migrations this program was built with, ascending.
const std::vector<Migration>& embedded_migrations();

// Brings the schema forward: applies each missing migration and records it with its checksum, in a
// transaction of its own where the database can (SQLite), statement by statement where it cannot;
// several processes may try at once. Fails with `conflict` and a sentence for the operator when an
// applied one differs from ours, or when the database is newer than this program; then nothing is
// changed. What failed half-way goes on with the next try.
Task<Result<MigrationReport>> migrate(Database& database);
// The same with other steps; for tests.
Task<Result<MigrationReport>> migrate(Database& database, std::vector<Migration> migrations);

}  // namespace aiva
