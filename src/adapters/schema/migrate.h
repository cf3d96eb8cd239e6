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
  int version = 0;                   // the newest version of ours the database now has
  std::vector<std::string> newer;    // of a newer program, which this one can live with
};

// The migrations this program was built with, ascending.
const std::vector<Migration>& embedded_migrations();

// Brings the schema forward: applies each missing migration and records it with its checksum, in a
// transaction of its own where the database can (SQLite), statement by statement where it cannot;
// several processes may try at once. Fails with `conflict` and a sentence for the operator when an
// applied one differs from ours, or when the database has one we do not know; then nothing is
// changed. One whose head says `-- compatible-with: N` is let pass by programs that know migration
// N or a later one. What failed half-way goes on with the next try.
Task<Result<MigrationReport>> migrate(Database& database);
// The same with other steps; for tests.
Task<Result<MigrationReport>> migrate(Database& database, std::vector<Migration> migrations);

}  // namespace aiva
