#include "adapters/test_database/internal/mariadb.h"

#include <array>
#include <cstdint>
#include <cstdlib>
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
  MysqlOptions options{.url = environment("AIVA_TEST_DATABASE") + "/" + name, .pool_min = 1};
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

std::string make_statement(const std::string& name) {
  return "CREATE DATABASE IF NOT EXISTS " + name +
         " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
}

// The statements that make the schema anew, with the rows it begins with. Migrated once for each
// server; made once for each program.
Result<std::vector<std::string>> copy_statements(Database& server, Metrics& metrics) {
  auto name = template_name();
  TRY_VOID(run_all(server, {make_statement(name)}));
  TRY(auto database, open(name, metrics, false));
  TRY_VOID(sync_wait(migrate(*database)));
  TRY(auto tables, read_texts(*database, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", 0));
  std::vector<std::string> statements{"SET foreign_key_checks = 0"};
  for (const auto& table : tables) {
    TRY(auto made, read_texts(*database, "SHOW CREATE TABLE `" + table + "`", 1));
    statements.push_back(std::move(made.front()));
  }
  for (const auto& table : tables) {
    TRY(auto rows, read_texts(*database, "SELECT 1 FROM `" + table + "` LIMIT 1", 0));
    if (!rows.empty())
      statements.push_back("INSERT INTO `" + table + "` SELECT * FROM " + name + ".`" + table +
                           "`");
  }
  statements.emplace_back("SET foreign_key_checks = 1");
  return statements;
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

}  // namespace

bool is_on_mariadb() { return !environment("AIVA_TEST_DATABASE").empty(); }

Result<Made> make_database(Metrics& metrics) {
  static auto statements = copy_statements(server_database(server_metrics()), server_metrics());
  if (!statements) return fail(statements.error());
  Made made{.name = "aiva_test_" + random_name(), .database = nullptr};
  TRY_VOID(run_all(server_database(server_metrics()), {make_statement(made.name)}));
  {
    TRY(auto plain, open(made.name, metrics, false));
    TRY_VOID(run_all(*plain, *statements));
  }
  TRY(made.database, open(made.name, metrics, true));
  if (!environment("AIVA_TEST_REPEAT").empty())
    made.database = make_repeating_database(std::move(made.database));
  return made;
}

void drop_database(const std::string& name) {
  std::ignore = run_all(server_database(server_metrics()), {"DROP DATABASE " + name});
}

}  // namespace aiva::test_database
