#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapters/schema/migrate.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::schema {

// What the database says of the migrations it has, by their version.
struct AppliedMigration {
  std::string name;
  std::string checksum;
  int compatible_with = 0;  // programs that know this migration may run beside it; 0: none
};
using AppliedMigrations = std::map<int, AppliedMigration>;

Result<AppliedMigrations> read_applied(SqlSession& session);
// The names of newer migrations that the program can live with. Fails with `conflict` where the
// database has others it does not know, or knows otherwise.
Result<std::vector<std::string>> compare(const AppliedMigrations& applied,
                                         const std::vector<Migration>& known);
// Writes down that a migration is applied.
Result<void> note_applied(SqlSession& session, const Migration& migration);
// The failure of a migration's statement.
Error failure_of(const Migration& migration, Error error);

}  // namespace aiva::schema
