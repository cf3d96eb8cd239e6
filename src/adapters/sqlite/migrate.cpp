#include "adapters/sqlite/migrate.h"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/time.h"

namespace aiva {
namespace {

// Stands in the head of a migration that only adds to the schema: "-- compatible-with: 97".
constexpr std::string_view compatible_mark = "-- compatible-with:";

struct AppliedMigration {
  std::string name;
  std::string checksum;
  int compatible_with = 0;  // programs that know this migration may run beside it; 0: none
};
using AppliedMigrations = std::map<int, AppliedMigration>;

std::string checksum_of(const Migration& migration) { return to_hex(sha256(migration.sql)); }

Result<void> make_record_table(SqlSession& session) {
  TRY_VOID(
      session.execute("CREATE TABLE IF NOT EXISTS schema_migrations ("
                      "version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                      "checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"));
  TRY_VOID(
      session.execute("CREATE TABLE IF NOT EXISTS schema_compatibility ("
                      "version INTEGER PRIMARY KEY, compatible_with INTEGER NOT NULL) STRICT"));
  return {};
}

Result<AppliedMigrations> read_applied(SqlSession& session) {
  AppliedMigrations applied;
  TRY_VOID(session.query(
      "SELECT m.version, m.name, m.checksum, coalesce(c.compatible_with, 0) "
      "FROM schema_migrations m LEFT JOIN schema_compatibility c ON c.version = m.version",
      {}, [&applied](const SqlRow& row) -> Result<void> {
        applied[static_cast<int>(row.integer(0))] = {
            .name = std::string(row.text(1)),
            .checksum = std::string(row.text(2)),
            .compatible_with = static_cast<int>(row.integer(3))};
        return {};
      }));
  return applied;
}

// A program may run beside a newer one when the newer one's migration said so.
bool may_run_beside(const AppliedMigration& newer, const std::vector<Migration>& known) {
  if (newer.compatible_with == 0 || known.empty()) return false;
  auto newest = std::ranges::max(known, {}, &Migration::version).version;
  return newest >= newer.compatible_with;
}

// Answers the names of newer migrations that the program can live with.
Result<std::vector<std::string>> compare(const AppliedMigrations& applied,
                                         const std::vector<Migration>& known) {
  std::vector<std::string> newer;
  std::map<int, const Migration*> by_version;
  for (const auto& migration : known) by_version[migration.version] = &migration;
  for (const auto& [version, record] : applied) {
    auto found = by_version.find(version);
    if (found == by_version.end()) {
      if (!may_run_beside(record, known))
        return fail(ErrorCode::conflict,
                    "The database is newer than this program: it has migration " + record.name +
                        ". Start the newer program");
      newer.push_back(record.name);
      continue;
    }
    if (checksum_of(*found->second) != record.checksum)
      return fail(ErrorCode::conflict, "Migration " + record.name +
                                           " was changed after it had been applied to the "
                                           "database; the program and its data do not belong "
                                           "together");
  }
  return newer;
}

// What the head of a migration says of older programs; 0: nothing.
int compatible_with(const Migration& migration) {
  auto at = migration.sql.find(compatible_mark);
  if (at == std::string_view::npos) return 0;
  auto text = migration.sql.substr(at + compatible_mark.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  int version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
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
  if (auto oldest = compatible_with(migration); oldest > 0)
    TRY_VOID(
        session.execute("INSERT INTO schema_compatibility (version, compatible_with) VALUES (?, ?)",
                        {migration.version, oldest}));
  return true;
}

}  // namespace

Task<Result<MigrationReport>> migrate(Database& database) {
  return migrate(database, embedded_migrations());
}

Task<Result<MigrationReport>> migrate(Database& database, std::vector<Migration> migrations) {
  using Names = std::vector<std::string>;
  auto compared = write(database, {}, [&migrations](SqlSession& session) -> Result<Names> {
    TRY_VOID(make_record_table(session));
    TRY(auto applied, read_applied(session));
    return compare(applied, migrations);
  });
  MigrationReport report;
  CO_TRY(report.newer, co_await std::move(compared));
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
