#include "adapters/schema/internal/applied.h"

#include <utility>

#include "foundation/crypto.h"
#include "foundation/time.h"

namespace aiva::schema {
namespace {

std::string checksum_of(const Migration& migration) { return to_hex(sha256(migration.sql)); }

}  // namespace

Result<AppliedMigrations> read_applied(SqlSession& session) {
  AppliedMigrations applied;
  TRY_VOID(session.query("SELECT version, name, checksum FROM schema_migrations", {},
                         [&applied](const SqlRow& row) -> Result<void> {
                           applied[static_cast<int>(row.integer(0))] = {
                               .name = std::string(row.text(1)),
                               .checksum = std::string(row.text(2))};
                           return {};
                         }));
  return applied;
}

Result<void> compare(const AppliedMigrations& applied, const std::vector<Migration>& known) {
  std::map<int, const Migration*> by_version;
  for (const auto& migration : known) by_version[migration.version] = &migration;
  for (const auto& [version, record] : applied) {
    auto found = by_version.find(version);
    if (found == by_version.end())
      return fail(ErrorCode::conflict,
                  "The database is newer than this program: it has migration " + record.name +
                      ". Start the newer program");
    if (checksum_of(*found->second) != record.checksum)
      return fail(ErrorCode::conflict, "Migration " + record.name +
                                           " was changed after it had been applied to the "
                                           "database; the program and its data do not belong "
                                           "together");
  }
  return {};
}

Result<void> note_applied(SqlSession& session, const Migration& migration) {
  TRY_VOID(session.execute(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
      {migration.version, migration.name, checksum_of(migration), unix_ms_now()}));
  return {};
}

Error failure_of(const Migration& migration, Error error) {
  error.message = "Migration " + std::string(migration.name) + " failed";
  return error;
}

}  // namespace aiva::schema
