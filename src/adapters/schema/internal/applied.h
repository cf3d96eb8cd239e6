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
};
using AppliedMigrations = std::map<int, AppliedMigration>;

Result<AppliedMigrations> read_applied(SqlSession& session);
// Fails with `conflict` where the database has what the program does not know, or knows otherwise.
Result<void> compare(const AppliedMigrations& applied, const std::vector<Migration>& known);
// Writes down that a migration is applied.
Result<void> note_applied(SqlSession& session, const Migration& migration);
// The failure of a migration's statement.
Error failure_of(const Migration& migration, Error error);

}  // namespace aiva::schema
