#include "adapters/schema/migrate.h"

#include <algorithm>
#include <utility>

#include "adapters/schema/internal/applied.h"
#include "adapters/schema/internal/mysql_migration.h"
#include "adapters/schema/internal/script.h"

namespace aiva {
namespace {

using namespace schema;

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

Result<void> run_script(SqlSession& session, std::string_view script) {
  TRY(auto statements, split_statements(script));
  for (const auto& statement : statements) TRY_VOID(session.execute(statement));
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
  if (auto done = run_script(session, migration.sql); !done)
    return fail(failure_of(migration, std::move(done.error())));
  TRY_VOID(note_applied(session, migration));
  return true;
}

Task<Result<MigrationReport>> migrate_sqlite(Database& database,
                                             std::vector<Migration> migrations) {
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

}  // namespace

Task<Result<MigrationReport>> migrate(Database& database) {
  return migrate(database, embedded_migrations());
}

Task<Result<MigrationReport>> migrate(Database& database, std::vector<Migration> migrations) {
  auto asking = read(database, {},
                     [](SqlSession& session) -> Result<SqlDialect> { return session.dialect(); });
  CO_TRY(auto dialect, co_await std::move(asking));
  if (dialect == SqlDialect::mysql) {
    auto migrating = write(database, {}, [&migrations](SqlSession& session) {
      return migrate_mysql(session, migrations);
    });
    auto report = co_await std::move(migrating);
    co_return report;
  }
  auto migrating = migrate_sqlite(database, std::move(migrations));
  auto report = co_await std::move(migrating);
  co_return report;
}

}  // namespace aiva
