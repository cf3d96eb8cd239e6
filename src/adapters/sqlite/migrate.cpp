#include "adapters/sqlite/migrate.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/time.h"

namespace aiva {
namespace {

struct AppliedMigration {
  std::string name;
  std::string checksum;
};
using AppliedMigrations = std::map<int, AppliedMigration>;

std::string checksum_of(const Migration& migration) { return to_hex(sha256(migration.sql)); }

Result<void> make_record_table(SqlSession& session) {
  TRY_VOID(
      session.execute("CREATE TABLE IF NOT EXISTS schema_migrations ("
                      "version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                      "checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
  return {};
}

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

// Whether there is nothing but white space and comment lines.
bool is_blank(std::string_view script) {
  for (std::size_t at = 0; at < script.size();) {
    auto end = std::min(script.find('\n', at), script.size());
    auto line = script.substr(at, end - at);
    auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && !line.substr(first).starts_with("--")) return false;
    at = end + 1;
  }
  return true;
}

// Runs a script statement by statement; semicolons inside triggers and strings do not cut.
Result<void> run_script(SqlSession& session, std::string_view script) {
  std::size_t begin = 0;
  for (auto end = script.find(';'); end != std::string_view::npos;
       end = script.find(';', end + 1)) {
    std::string statement(script.substr(begin, end + 1 - begin));
    if (sqlite3_complete(statement.c_str()) == 0) continue;
    TRY_VOID(session.execute(statement));
    begin = end + 1;
  }
  if (!is_blank(script.substr(begin)))
    return fail(internal_error("a migration ends in an unfinished statement"));
  return {};
}

// Says whether it was missing. Looks again inside the transaction, because another process may
// migrate the same file now.
Result<bool> apply(SqlSession& session, const Migration& migration) {
  bool is_applied = false;
  TRY_VOID(session.query("SELECT 1 FROM schema_migrations WHERE version = ?", {migration.version},
                         [&is_applied](const SqlRow&) -> Result<void> {
                           is_applied = true;
                           return {};
                         }));
  if (is_applied) return false;
  if (auto done = run_script(session, migration.sql); !done) {
    auto error = std::move(done.error());
    error.message = "Migration " + std::string(migration.name) + " failed";
    return fail(std::move(error));
  }
  TRY_VOID(session.execute(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
      {migration.version, migration.name, checksum_of(migration), unix_ms_now()}));
  return true;
}

}  // namespace

Task<Result<MigrationReport>> migrate(Database& database) {
  return migrate(database, embedded_migrations());
}

Task<Result<MigrationReport>> migrate(Database& database, std::vector<Migration> migrations) {
  auto compared = write(database, {}, [&migrations](SqlSession& session) -> Result<void> {
    TRY_VOID(make_record_table(session));
    TRY(auto applied, read_applied(session));
    return compare(applied, migrations);
  });
  CO_TRY_VOID(co_await std::move(compared));
  MigrationReport report;
  for (const auto& migration : migrations) {
    auto applied = write(database, {}, [&migration](SqlSession& session) -> Result<bool> {
      return apply(session, migration);
    });
    CO_TRY(auto was_missing, co_await std::move(applied));
    if (was_missing) report.applied.emplace_back(migration.name);
    report.version = std::max(report.version, migration.version);
  }
  co_return report;
}

}  // namespace aiva
