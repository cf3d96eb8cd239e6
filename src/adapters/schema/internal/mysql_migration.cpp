#include "adapters/schema/internal/mysql_migration.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/schema/internal/applied.h"
#include "adapters/schema/internal/mysql_schema.h"
#include "adapters/schema/internal/script.h"

namespace aiva::schema {
namespace {

constexpr int lock_wait_s = 600;
// How a server answers a statement that is done already: there is the table, the column or the
// index, or it is gone.
constexpr std::array done_codes{
    "MySQL 1050:", "MySQL 1051:", "MySQL 1060:", "MySQL 1061:", "MySQL 1091:"};

Result<std::string> text_of(SqlSession& session, const std::string& sql) {
  std::string text;
  TRY_VOID(session.query(sql, {}, [&text](const SqlRow& row) -> Result<void> {
    text = row.text(0);
    return {};
  }));
  return text;
}

// Locks belong to a server; a database is part of the name.
std::string lock_call(const std::string& function, const std::string& more) {
  return "SELECT " + function + "(CONCAT('aiva_migrations:', LEFT(SHA2(DATABASE(), 256), 32))" +
         more + ")";
}

// The one process that migrates now; until then others wait.
class MigrationLock {
 public:
  explicit MigrationLock(SqlSession& session) : session_(session) {}
  ~MigrationLock() {
    if (!is_held_) return;
    std::ignore = session_.execute("SET autocommit = 1");
    std::ignore = text_of(session_, lock_call("RELEASE_LOCK", ""));
  }
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;

  Result<void> take() {
    // An attempt that a deadlock ended may have left it with the connection.
    TRY_VOID(text_of(session_, "SELECT RELEASE_ALL_LOCKS()"));
    TRY(auto answer, text_of(session_, lock_call("GET_LOCK", ", " + std::to_string(lock_wait_s))));
    if (answer != "1")
      return fail(ErrorCode::unavailable, "Another process migrates the database; try again");
    is_held_ = true;
    // The transaction that began before others were done must not be the one that looks.
    TRY_VOID(session_.execute("COMMIT"));
    TRY_VOID(session_.execute("SET autocommit = 0"));
    return {};
  }

 private:
  SqlSession& session_;
  bool is_held_ = false;
};

Result<void> make_record_tables(SqlSession& session, const std::string& collation) {
  auto end = ") ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE " + collation;
  TRY_VOID(
      session.execute("CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, "
                      "name VARCHAR(255) NOT NULL, checksum VARCHAR(64) NOT NULL, "
                      "applied_at BIGINT NOT NULL" +
                      end));
  TRY_VOID(session.execute(
      "CREATE TABLE IF NOT EXISTS schema_compatibility (version BIGINT PRIMARY KEY, "
      "compatible_with BIGINT NOT NULL" +
      end));
  TRY_VOID(
      session.execute("CREATE TABLE IF NOT EXISTS schema_migration_steps (version BIGINT, "
                      "step BIGINT, PRIMARY KEY (version, step)" +
                      end));
  return {};
}

// Step 0 is the beginning.
Result<void> note_step(SqlSession& session, const Migration& migration, int step) {
  TRY_VOID(session.execute("INSERT INTO schema_migration_steps (version, step) VALUES (?, ?)",
                           {migration.version, step}));
  TRY_VOID(session.execute("COMMIT"));
  return {};
}

Result<int> count_steps(SqlSession& session, const Migration& migration) {
  int count = 0;
  TRY_VOID(session.query("SELECT count(*) FROM schema_migration_steps WHERE version = ?",
                         {migration.version}, [&count](const SqlRow& row) -> Result<void> {
                           count = static_cast<int>(row.integer(0));
                           return {};
                         }));
  return count;
}

bool is_done_already(const Error& error) {
  return std::ranges::any_of(done_codes,
                             [&](const char* code) { return error.cause.starts_with(code); });
}

// `is_repeated`: it may have been done before its process ended.
Result<void> run_step(SqlSession& session, const std::string& statement, bool is_repeated) {
  auto done = session.execute(statement);
  if (done || (is_repeated && is_done_already(done.error()))) return {};
  return fail(std::move(done.error()));
}

Result<void> apply(SqlSession& session, const Migration& migration,
                   const std::vector<std::string>& steps) {
  TRY(int noted, count_steps(session, migration));
  bool is_resumed = noted > 0;
  if (!is_resumed) TRY_VOID(note_step(session, migration, 0));
  int done = std::max(noted - 1, 0);
  for (int i = done; i < static_cast<int>(steps.size()); ++i) {
    TRY_VOID(run_step(session, steps[static_cast<std::size_t>(i)], is_resumed && i == done));
    TRY_VOID(note_step(session, migration, i + 1));
  }
  TRY_VOID(note_applied(session, migration));
  TRY_VOID(
      session.execute("DELETE FROM schema_migration_steps WHERE version = ?", {migration.version}));
  TRY_VOID(session.execute("COMMIT"));
  return {};
}

// All steps of a migration; those of the ones before are needed to know the tables.
Result<std::vector<std::string>> translate(MysqlSchema& tables, const Migration& migration) {
  TRY(auto statements, split_statements(migration.sql));
  std::vector<std::string> steps;
  for (const auto& statement : statements) {
    TRY(auto translated, tables.translate(statement));
    for (auto& step : translated) steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

Result<MigrationReport> migrate_mysql(SqlSession& session,
                                      const std::vector<Migration>& migrations) {
  TRY(auto collation, text_of(session, "SELECT @@collation_connection"));
  MigrationLock lock(session);
  TRY_VOID(lock.take());
  TRY_VOID(make_record_tables(session, collation));
  TRY(auto applied, read_applied(session));
  MigrationReport report;
  TRY(report.newer, compare(applied, migrations));
  MysqlSchema tables(collation);
  for (const auto& migration : migrations) {
    auto steps = translate(tables, migration);
    if (!steps) return fail(failure_of(migration, std::move(steps.error())));
    report.version = std::max(report.version, migration.version);
    if (applied.contains(migration.version)) continue;
    if (auto done = apply(session, migration, *steps); !done)
      return fail(failure_of(migration, std::move(done.error())));
    report.applied.emplace_back(migration.name);
  }
  return report;
}

}  // namespace aiva::schema
