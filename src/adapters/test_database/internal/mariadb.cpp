#include "adapters/test_database/internal/mariadb.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "adapters/mysql/mysql_database.h"
#include "adapters/schema/migrate.h"
#include "adapters/test_database/internal/plans.h"
#include "adapters/test_database/internal/repeating_database.h"
#include "foundation/crypto.h"

namespace aiva::test_database {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<std::unique_ptr<Database>> open(const std::string& name, Metrics& metrics, bool is_watched) {
  MysqlOptions options{.url = environment("AIVA_TEST_DATABASE") + "/" + name,
                       .pool_min = 1,
                       .slow_query = std::chrono::seconds(10)};
  if (auto plans = environment("AIVA_TEST_PLANS"); is_watched && !plans.empty())
    options.on_statement = explain_into(plans);
  return make_mysql_database(std::move(options), metrics);
}

Result<void> run(SqlSession& session, const std::string& sql) {
  TRY_VOID(session.execute(sql));
  return {};
}

Result<void> run_all(Database& database, const std::vector<std::string>& statements) {
  return sync_wait(write(database, {}, [&](SqlSession& session) -> Result<void> {
    for (const auto& statement : statements) TRY_VOID(run(session, statement));
    return {};
  }));
}

// The database that has the schema of this program and nothing else.
std::string template_name() {
  std::string all;
  for (const auto& migration : embedded_migrations()) all += migration.sql;
  return "aiva_template_" + to_hex(sha256(all)).substr(0, 16);
}

Result<std::vector<std::string>> read_texts(Database& database, const std::string& sql,
                                            int column) {
  return sync_wait(read(database, {}, [&](SqlSession& session) -> Result<std::vector<std::string>> {
    std::vector<std::string> texts;
    TRY_VOID(session.query(sql, {}, [&](const SqlRow& row) -> Result<void> {
      texts.emplace_back(row.text(column));
      return {};
    }));
    return texts;
  }));
}

Result<void> make_schema(Database& server, const std::string& name) {
  TRY(auto collation, read_texts(server, "SELECT @@collation_connection", 0));
  auto statement = "CREATE DATABASE IF NOT EXISTS " + name + " CHARACTER SET utf8mb4 COLLATE " +
                   collation.front();
  return run_all(server, {statement});
}

// What a new database is made of, and how a used one becomes new again.
struct Copying {
  std::vector<std::string> make;
  std::vector<std::string> tables;  // without the record of migrations
  std::vector<std::string> fill;    // with the rows it begins with
};

// Migrated once for each server; made once for each program.
Result<Copying> learn_to_copy(Database& server, Metrics& metrics) {
  auto name = template_name();
  TRY_VOID(make_schema(server, name));
  TRY(auto database, open(name, metrics, false));
  TRY_VOID(sync_wait(migrate(*database)));
  TRY(auto tables, read_texts(*database, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", 0));
  Copying copying{.make = {"SET foreign_key_checks = 0"}, .tables = {}, .fill = {}};
  for (const auto& table : tables) {
    TRY(auto made, read_texts(*database, "SHOW CREATE TABLE `" + table + "`", 1));
    copying.make.push_back(std::move(made.front()));
    TRY(auto rows, read_texts(*database, "SELECT 1 FROM `" + table + "` LIMIT 1", 0));
    std::string fill = "INSERT INTO `";
    fill.append(table)
        .append("` SELECT * FROM ")
        .append(name)
        .append(".`")
        .append(table)
        .append("`");
    if (table == "schema_migrations")
      copying.make.push_back(std::move(fill));
    else if (copying.tables.emplace_back(table); !rows.empty())
      copying.fill.push_back(std::move(fill));
  }
  return copying;
}

Result<void> make_anew(Database& database, const Copying& copying) {
  auto statements = copying.make;
  statements.insert(statements.end(), copying.fill.begin(), copying.fill.end());
  statements.emplace_back("SET foreign_key_checks = 1");
  return run_all(database, statements);
}

Result<void> empty(Database& database, const Copying& copying) {
  std::string filled;
  for (const auto& table : copying.tables)
    filled.append(filled.empty() ? "" : " UNION ALL ")
        .append("SELECT '")
        .append(table)
        .append("' FROM DUAL WHERE EXISTS (SELECT 1 FROM `")
        .append(table)
        .append("`)");
  TRY(auto tables, read_texts(database, filled, 0));
  std::vector<std::string> statements{"SET foreign_key_checks = 0"};
  for (const auto& table : tables) statements.push_back("DELETE FROM `" + table + "`");
  statements.insert(statements.end(), copying.fill.begin(), copying.fill.end());
  statements.emplace_back("SET foreign_key_checks = 1");
  return run_all(database, statements);
}

std::string random_name() {
  std::array<std::uint8_t, 8> bytes{};
  random_bytes(bytes);
  return to_hex(bytes);
}

// A connection to the server itself.
Database& server_database(Metrics& metrics) {
  static auto server = open("mysql", metrics, false);
  AIVA_ASSERT(server.has_value());
  return **server;
}

Metrics& server_metrics() {
  static Metrics metrics;
  return metrics;
}

// Databases of tests that are over; they are dropped with the program.
class UsedDatabases {
 public:
  ~UsedDatabases() {
    for (const auto& name : names_)
      std::ignore = run_all(server_database(server_metrics()), {"DROP DATABASE " + name});
  }
  std::optional<std::string> take() {
    std::lock_guard lock(mutex_);
    if (names_.empty()) return std::nullopt;
    auto name = std::move(names_.back());
    names_.pop_back();
    return name;
  }
  void add(std::string name) {
    std::lock_guard lock(mutex_);
    names_.push_back(std::move(name));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
};

// Made behind what it needs, so that it goes before.
UsedDatabases& used_databases() {
  server_database(server_metrics());
  static UsedDatabases used;
  return used;
}

Result<std::string> make_empty(const Copying& copying) {
  if (auto used = used_databases().take()) {
    TRY(auto database, open(*used, server_metrics(), false));
    TRY_VOID(empty(*database, copying));
    return *used;
  }
  auto name = "aiva_test_" + random_name();
  TRY_VOID(make_schema(server_database(server_metrics()), name));
  TRY(auto database, open(name, server_metrics(), false));
  TRY_VOID(make_anew(*database, copying));
  return name;
}

}  // namespace

bool is_on_mariadb() { return !environment("AIVA_TEST_DATABASE").empty(); }

Result<Made> make_database(Metrics& metrics) {
  static auto copying = learn_to_copy(server_database(server_metrics()), server_metrics());
  if (!copying) return fail(copying.error());
  Made made;
  TRY(made.name, make_empty(*copying));
  TRY(made.database, open(made.name, metrics, true));
  if (!environment("AIVA_TEST_REPEAT").empty())
    made.database = make_repeating_database(std::move(made.database));
  return made;
}

void give_back(std::string name) { used_databases().add(std::move(name)); }

}  // namespace aiva::test_database
